//! Where PostgreSQL and RabbitMQ are, and whom they are believed.
//!
//! Both are spoken to under TLS, with a certificate that holds for the host in the address. In the
//! clear they are spoken to on this machine; elsewhere only where `ALLOW_PLAIN_ENGINES` says that
//! the network is ours alone.

use std::sync::Arc;

use lapin::uri::{AMQPScheme, AMQPUri};
use store::trust::Trust;
use store::{Address, is_this_machine};

use super::{Env, Secret, Settings};

/// PostgreSQL.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// `DATABASE_URL`: `postgres://user:password@host:port/database`, and `DATABASE_CA_FILE`: the
    /// certificate authorities that it is believed, instead of those of this system.
    pub address: Address,
    /// `DATABASE_POOL_SIZE`: connections at most, for this process.
    pub pool_size: usize,
}

impl Settings for DatabaseSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let url = env.required("DATABASE_URL");
        let address = database_address(env, url);
        // Four services of two replicas stay below PostgreSQL's default of 100 only with 12 or
        // fewer each in production; 16 is for one replica, as in development and in tests.
        let pool_size = env.or_in("DATABASE_POOL_SIZE", 16, 1..=500);
        Some(Self {
            address: address?,
            pool_size: pool_size?,
        })
    }
}

/// The database at this address, if it may be spoken to as the address says.
pub fn database_address(env: &mut Env, url: Option<Secret>) -> Option<Address> {
    let trust = trust(env, "DATABASE_CA_FILE");
    let plain = allow_plain(env);
    let (url, trust, plain) = (url?, trust?, plain?);
    let Ok(address) = Address::new(url.expose(), trust) else {
        return env.refuse(
            "DATABASE_URL",
            "must be postgres://user:password@host:port/database, with sslmode=require or =disable \
             behind a question mark if either is meant",
        );
    };
    if address.is_open_to_others() && !plain {
        return env.refuse(
            "DATABASE_URL",
            "must not say sslmode=disable of another machine, unless ALLOW_PLAIN_ENGINES is true",
        );
    }
    Some(address)
}

/// RabbitMQ.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    /// `AMQP_URL`: `amqps://user:password@host:port/vhost`, or `amqp://` without TLS.
    pub url: Secret,
    /// `AMQP_CA_FILE`: the certificate authorities that it is believed, instead of those of this
    /// system.
    pub trust: Arc<Trust>,
}

impl BrokerSettings {
    /// The broker at this address, believed what this system believes.
    pub fn at(url: Secret) -> Self {
        let trust = Arc::new(Trust::of_system());
        Self { url, trust }
    }
}

impl Settings for BrokerSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let url: Option<Secret> = env.required("AMQP_URL");
        let trust = trust(env, "AMQP_CA_FILE");
        let plain = allow_plain(env);
        let (url, trust, plain) = (url?, trust?, plain?);
        // Said here and not at the first connection, which would be tried again for ever.
        let Ok(uri) = url.expose().parse::<AMQPUri>() else {
            return env.refuse(
                "AMQP_URL",
                "must be amqps://user:password@host:port/vhost, or amqp:// without TLS",
            );
        };
        let open = match uri.scheme {
            AMQPScheme::AMQPS => false,
            AMQPScheme::AMQP => !is_this_machine(&uri.authority.host),
        };
        if open && !plain {
            return env.refuse(
                "AMQP_URL",
                "must begin with amqps: for another machine, unless ALLOW_PLAIN_ENGINES is true",
            );
        }
        Some(Self { url, trust })
    }
}

/// `ALLOW_PLAIN_ENGINES`: whether passwords and rows may cross the network in the clear.
fn allow_plain(env: &mut Env) -> Option<bool> {
    env.or("ALLOW_PLAIN_ENGINES", false)
}

fn trust(env: &mut Env, name: &'static str) -> Option<Arc<Trust>> {
    let path: Option<String> = env.optional(name)?;
    let Some(path) = path else {
        return Some(Arc::new(Trust::of_system()));
    };
    let trust = Trust::of_file(path);
    // Read again for each connection; a mistake is better heard of now.
    match trust.client() {
        Ok(_) => Some(Arc::new(trust)),
        Err(error) => env.refuse(
            name,
            &format!("must name a file of certificate authorities in PEM: {error}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(pairs: &[(&str, &str)]) -> Result<(), String> {
        let mut env = Env::new(pairs.iter().copied());
        let settings = DatabaseSettings::read(&mut env);
        settings.map(drop).ok_or_else(|| env.errors().join("\n"))
    }

    fn broker(pairs: &[(&str, &str)]) -> Result<(), String> {
        let mut env = Env::new(pairs.iter().copied());
        let settings = BrokerSettings::read(&mut env);
        settings.map(drop).ok_or_else(|| env.errors().join("\n"))
    }

    const PLAIN: (&str, &str) = ("ALLOW_PLAIN_ENGINES", "true");

    #[test]
    fn another_machine_is_spoken_to_in_the_clear_only_where_that_is_allowed() {
        let open = "postgres://tixian:hunter2@database/tixian?sslmode=disable";
        let refused = database(&[("DATABASE_URL", open)]).expect_err("refused");
        assert!(
            refused.starts_with("DATABASE_URL must not say sslmode=disable"),
            "{refused}"
        );
        assert_eq!(database(&[("DATABASE_URL", open), PLAIN]), Ok(()));

        let open = "amqp://tixian:hunter2@broker/tixian";
        let refused = broker(&[("AMQP_URL", open)]).expect_err("refused");
        assert!(
            refused.starts_with("AMQP_URL must begin with amqps:"),
            "{refused}"
        );
        assert_eq!(broker(&[("AMQP_URL", open), PLAIN]), Ok(()));
    }

    #[test]
    fn this_machine_and_tls_need_no_leave() {
        for url in [
            "postgres://tixian@127.0.0.1/tixian",
            "postgres://tixian@localhost/tixian",
            "postgres://tixian@database/tixian",
            "postgres://tixian@database/tixian?sslmode=require",
        ] {
            assert_eq!(database(&[("DATABASE_URL", url)]), Ok(()), "{url}");
        }
        for url in [
            "amqp://127.0.0.1/tixian",
            "amqp://localhost",
            "amqps://broker/tixian",
        ] {
            assert_eq!(broker(&[("AMQP_URL", url)]), Ok(()), "{url}");
        }
    }

    #[test]
    fn a_file_of_authorities_that_is_none_is_said_before_anything_connects() {
        let nowhere = "/nowhere/at/all";
        let url = ("DATABASE_URL", "postgres://tixian:hunter2@database/tixian");
        let refused = database(&[url, ("DATABASE_CA_FILE", nowhere)]).expect_err("refused");
        assert!(
            refused.contains("DATABASE_CA_FILE must name a file"),
            "{refused}"
        );
        let url = ("AMQP_URL", "amqps://tixian:hunter2@broker/tixian");
        let refused = broker(&[url, ("AMQP_CA_FILE", nowhere)]).expect_err("refused");
        assert!(
            refused.contains("AMQP_CA_FILE must name a file"),
            "{refused}"
        );
        assert!(!refused.contains("hunter2"));
    }

    #[test]
    fn an_address_that_cannot_be_read_is_said_without_repeating_it() {
        let url = (
            "DATABASE_URL",
            "postgres://tixian:hunter2@database/?sslmode=perhaps",
        );
        let refused = database(&[url]).expect_err("refused");
        assert!(
            refused.starts_with("DATABASE_URL must be postgres://"),
            "{refused}"
        );
        assert!(!refused.contains("hunter2"));
    }
}
