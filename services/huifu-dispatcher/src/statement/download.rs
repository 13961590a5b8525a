//! Fetches a file from an address that Huifu named: only from hosts we were told, and bounded.
//!
//! The address comes in a signed answer, and is still somebody else's word about where to go: so
//! it is https, on a host of our list, without name and password, and no redirect is followed. It
//! is a secret while it is good and stands in no log and in no error.

use std::time::Duration;

use contract::partner::url::{LoopbackHttp, is_loopback};
use reqwest::{Client, StatusCode};
use runtime::http_client::{self, Limits, Metered, Peer, ReadError, read_capped};
use url::Url;

use super::fetch::Fetched;
use crate::settings::StatementSettings;

/// Shorter than the claim on a statement by far.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Fetches files.
pub(super) struct Downloader {
    http: Client,
    hosts: Vec<String>,
    loopback: LoopbackHttp,
    max_bytes: usize,
}

impl Downloader {
    pub(super) fn new(settings: &StatementSettings) -> Result<Self, reqwest::Error> {
        let limits = Limits {
            connect_timeout: Duration::from_secs(5),
            total_timeout: TIMEOUT,
            idle_per_host: 1,
        };
        Ok(Self {
            http: http_client::build(&limits)?,
            hosts: settings.hosts.clone(),
            loopback: settings.loopback,
            max_bytes: settings.max_bytes,
        })
    }

    /// All files of a day, or none.
    pub(super) async fn all(&self, urls: &[&str]) -> Fetched {
        let mut files = Vec::new();
        let mut left = self.max_bytes;
        for text in urls {
            let url = match self.allowed(text) {
                Ok(url) => url,
                Err(trouble) => return Fetched::Unusable(trouble),
            };
            let file = match self.one(url, left).await {
                Ok(file) => file,
                Err(fetched) => return fetched,
            };
            left = left.saturating_sub(file.len());
            files.push(file);
        }
        Fetched::Files(files)
    }

    fn allowed(&self, text: &str) -> Result<Url, String> {
        let unusable = || "the address of the file is not a plain https address".to_owned();
        let url = Url::parse(text).map_err(|_| unusable())?;
        let local = self.loopback == LoopbackHttp::Allowed && is_loopback(&url);
        let plain = url.username().is_empty() && url.password().is_none();
        let (https, http) = (url.scheme() == "https", url.scheme() == "http");
        if !plain || !(https || http && local) {
            return Err(unusable());
        }
        // A port of its own is nobody's file server, except on this machine.
        if url.port().is_some() && !local {
            return Err(unusable());
        }
        let host = url.host_str().unwrap_or_default();
        if self.hosts.iter().any(|allowed| allowed == host) {
            Ok(url)
        } else {
            Err(format!("STATEMENT_HOSTS does not have the host {host}"))
        }
    }

    async fn one(&self, url: Url, most: usize) -> Result<Vec<u8>, Fetched> {
        let not_yet = |trouble: &str| Fetched::NotYet(trouble.to_owned());
        let metered = Metered::begin(Peer::StatementFiles, "GET", None);
        let sent = self.http.get(url).send().await;
        let status = sent
            .as_ref()
            .ok()
            .map(|response| response.status().as_u16());
        metered.end(status, sent.is_err().then_some("no_answer"));
        let response = sent.map_err(|_| not_yet("the file's server does not answer"))?;
        let status = response.status();
        if status != StatusCode::OK {
            let trouble = format!("the file's server answered HTTP {}", status.as_u16());
            return Err(Fetched::NotYet(trouble));
        }
        match read_capped(response, most).await {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(ReadError::TooLong { .. }) => Err(Fetched::Unusable(
                "the files are larger than STATEMENT_MAX_BYTES".to_owned(),
            )),
            Err(ReadError::Broken(_)) => Err(not_yet("the file broke off")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn downloader(loopback: LoopbackHttp) -> Downloader {
        Downloader {
            http: http_client::build(&Limits {
                connect_timeout: TIMEOUT,
                total_timeout: TIMEOUT,
                idle_per_host: 1,
            })
            .unwrap(),
            hosts: vec!["files.huifu.example".to_owned(), "127.0.0.1".to_owned()],
            loopback,
            max_bytes: 1,
        }
    }

    #[test]
    fn only_https_on_a_host_of_the_list_is_fetched() {
        let strict = downloader(LoopbackHttp::Refused);
        assert!(strict.allowed("https://files.huifu.example/a?b=c").is_ok());
        for bad in [
            "http://files.huifu.example/a",
            "https://files.huifu.example:8443/a",
            "https://user@files.huifu.example/a",
            "https://files.huifu.example.evil.example/a",
            "https://evil.example/a",
            "https://169.254.169.254/a",
            "ftp://files.huifu.example/a",
            "file:///etc/passwd",
            "http://127.0.0.1:8080/a",
            "not a url",
            "",
        ] {
            assert!(strict.allowed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_fetched_from_only_where_a_setting_allows_it() {
        let local = downloader(LoopbackHttp::Allowed);
        assert!(local.allowed("http://127.0.0.1:8080/a").is_ok());
        assert!(
            local.allowed("http://localhost:8080/a").is_err(),
            "not listed"
        );
        assert!(local.allowed("http://files.huifu.example/a").is_err());
    }

    #[test]
    fn a_refused_address_is_not_repeated() {
        let strict = downloader(LoopbackHttp::Refused);
        let said = strict
            .allowed("https://evil.example/secret?token=1")
            .unwrap_err();
        assert!(
            !said.contains("secret") && !said.contains("token"),
            "{said}"
        );
    }
}
