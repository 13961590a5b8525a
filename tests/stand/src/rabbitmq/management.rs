//! The little we need of RabbitMQ's management API: virtual hosts and queues.
//!
//! A foreign broker may lack the plug-in; `rabbitmqctl` then makes and removes virtual hosts,
//! where this machine has it and we may use it.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

const ANSWER: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Management {
    url: Url,
    user: String,
    password: String,
    client: Client,
}

#[derive(Deserialize)]
struct Vhost {
    name: String,
}

#[derive(Deserialize)]
struct Queue {
    vhost: String,
    name: String,
}

#[derive(Deserialize)]
struct Led {
    leader: String,
}

impl Management {
    /// The API of the broker behind `amqp_url`: at `url`, else on that host's standard port.
    pub(crate) fn of(amqp_url: &Url, url: Option<&str>) -> Result<Self> {
        let host = amqp_url
            .host_str()
            .context("the broker's address has no host")?;
        let standard = format!("http://{host}:15672");
        let url = Url::parse(url.unwrap_or(&standard))
            .context("the management API's address is not a URL")?;
        let client = Client::builder()
            .timeout(ANSWER)
            .no_proxy()
            // This value outlives the runtime of the test that made it; its connections do not.
            .pool_max_idle_per_host(0)
            .build()?;
        let part = |text: &str, default: &str| {
            let text = if text.is_empty() { default } else { text };
            percent_decoded(text)
        };
        Ok(Self {
            user: part(amqp_url.username(), "guest"),
            password: part(amqp_url.password().unwrap_or_default(), "guest"),
            url,
            client,
        })
    }

    pub(crate) fn url(&self) -> &str {
        self.url.as_str()
    }

    pub(crate) async fn answers(&self) -> Result<()> {
        self.send(Method::GET, &["api", "whoami"], None)
            .await
            .map(drop)
    }

    /// Makes a virtual host in which our user may do everything.
    pub(crate) async fn create_vhost(&self, name: &str) -> Result<()> {
        if let Err(error) = self.answers().await {
            return self.create_vhost_by_rabbitmqctl(name).with_context(|| {
                format!(
                    "cannot make a virtual host: the management API at {} does not serve us \
                     ({error:#}), so set AMQP_MANAGEMENT_URL or enable the plug-in \
                     rabbitmq_management; and rabbitmqctl does not either",
                    self.url
                )
            });
        }
        self.send(Method::PUT, &["api", "vhosts", name], Some("{}"))
            .await?;
        let everything = r#"{"configure": ".*", "write": ".*", "read": ".*"}"#;
        self.send(
            Method::PUT,
            &["api", "permissions", name, &self.user],
            Some(everything),
        )
        .await?;
        Ok(())
    }

    fn create_vhost_by_rabbitmqctl(&self, name: &str) -> Result<()> {
        // It refuses a virtual host that is there, which the management API does not.
        let existing = rabbitmqctl_output(&["list_vhosts", "name"])?;
        if !existing.lines().any(|line| line.trim() == name) {
            rabbitmqctl(&["add_vhost", name])?;
        }
        rabbitmqctl(&["set_permissions", "-p", name, &self.user, ".*", ".*", ".*"])
    }

    pub(crate) async fn delete_vhost(&self, name: &str) -> Result<()> {
        if self.answers().await.is_err() {
            return rabbitmqctl(&["delete_vhost", name]);
        }
        self.send(Method::DELETE, &["api", "vhosts", name], None)
            .await
            .map(drop)
    }

    pub(crate) async fn vhosts(&self) -> Result<Vec<String>> {
        let vhosts: Vec<Vhost> = self.get(&["api", "vhosts"]).await?;
        Ok(vhosts.into_iter().map(|vhost| vhost.name).collect())
    }

    /// Deletes every queue of one virtual host, or of all; answers how many.
    pub(crate) async fn delete_queues(&self, vhost: Option<&str>) -> Result<usize> {
        let queues: Vec<Queue> = self.get(&["api", "queues"]).await?;
        let mut deleted = 0;
        for queue in queues {
            if vhost.is_none_or(|vhost| vhost == queue.vhost) {
                self.send(
                    Method::DELETE,
                    &["api", "queues", &queue.vhost, &queue.name],
                    None,
                )
                .await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }

    /// The name of the node that leads a quorum queue.
    pub(crate) async fn leader(&self, vhost: &str, queue: &str) -> Result<String> {
        let path = ["api", "queues", vhost, queue];
        Ok(self.get::<Led>(&path).await?.leader)
    }

    /// Bounds what is in a virtual host, as an operator does.
    pub(crate) async fn set_operator_policy(
        &self,
        vhost: &str,
        name: &str,
        policy: &str,
    ) -> Result<()> {
        let path = ["api", "operator-policies", vhost, name];
        self.send(Method::PUT, &path, Some(policy)).await.map(drop)
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T> {
        let body = self.send(Method::GET, path, None).await?;
        serde_json::from_slice(&body).context("the management API answered something unexpected")
    }

    async fn send(&self, method: Method, path: &[&str], body: Option<&str>) -> Result<Vec<u8>> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .ok()
            .context("the management API's address cannot have a path")?
            .pop_if_empty()
            .extend(path);
        let mut request = self
            .client
            .request(method, url)
            .basic_auth(&self.user, Some(&self.password))
            .header("content-type", "application/json");
        if let Some(body) = body {
            request = request.body(body.to_owned());
        }
        let answer = request.send().await?;
        let (status, path) = (answer.status(), path.join("/"));
        let body = answer.bytes().await?;
        if !status.is_success() {
            bail!("{path}: {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body.to_vec())
    }
}

fn rabbitmqctl(arguments: &[&str]) -> Result<()> {
    rabbitmqctl_output(arguments).map(drop)
}

fn rabbitmqctl_output(arguments: &[&str]) -> Result<String> {
    let output = Command::new("rabbitmqctl")
        .arg("-q")
        .args(arguments)
        .output();
    let output = output.context("there is no rabbitmqctl on this machine")?;
    if !output.status.success() {
        bail!(
            "rabbitmqctl failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A URL's user and password, as the server wants them.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            Some(_) | None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_decoded_before_it_is_sent() {
        let amqp_url = Url::parse("amqp://me:p%40ss%2Fword@broker.example:5672/%2f").unwrap();
        let management = Management::of(&amqp_url, None).unwrap();
        assert_eq!(management.user, "me");
        assert_eq!(management.password, "p@ss/word");
        assert_eq!(management.url(), "http://broker.example:15672/");
    }

    #[test]
    fn an_address_without_a_user_means_the_guest() {
        let amqp_url = Url::parse("amqp://127.0.0.1").unwrap();
        let management = Management::of(&amqp_url, Some("http://127.0.0.1:9")).unwrap();
        assert_eq!(
            (management.user.as_str(), management.password.as_str()),
            ("guest", "guest")
        );
        assert_eq!(management.url(), "http://127.0.0.1:9/");
    }
}
