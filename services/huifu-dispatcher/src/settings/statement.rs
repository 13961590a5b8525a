//! How statement files are asked for, fetched and read.

use std::time::Duration;

use contract::huifu::statement::StatementLayout;
use contract::ids::HuifuId;
use contract::partner::url::LoopbackHttp;
use jiff::civil::Time;
use runtime::settings::Env;

use super::ms;

/// How statement files are asked for, fetched and read.
#[derive(Debug, Clone)]
pub struct StatementSettings {
    /// `STATEMENT_AT`: from when on, in Beijing, the file of the day before is asked for; `10:00`.
    pub at: Time,
    /// `STATEMENT_HUIFU_IDS`: whose files; `HUIFU_UPPER_HUIFU_ID` unless it is set, since the
    /// channel's file holds all of its merchants and users.
    pub members: Vec<HuifuId>,
    /// `STATEMENT_HOSTS`: the hosts that files may be fetched from, without scheme and port.
    pub hosts: Vec<String>,
    /// `ALLOW_LOOPBACK_HTTP`: whether a file may lie on this machine and come by http; for tests.
    pub loopback: LoopbackHttp,
    /// `STATEMENT_MAX_BYTES`: how large the files of one day may be together.
    pub max_bytes: usize,
    /// `STATEMENT_LAYOUT`: what the columns and states are called in a file, as JSON; see
    /// `contract::huifu::statement`.
    pub layout: StatementLayout,
    /// `STATEMENT_RETRY_MS`: before a file that is not ready is asked for again; doubles, and after
    /// three questions it is tomorrow's turn.
    pub retry: Duration,
    /// `STATEMENT_POLL_MS`: how often we look whether a file is due.
    pub poll: Duration,
}

/// What the environment says, before the default of the members is known.
pub(super) struct Read {
    at: Option<Time>,
    members: Option<Option<Vec<HuifuId>>>,
    hosts: Option<Vec<String>>,
    loopback: Option<bool>,
    max_bytes: Option<usize>,
    layout: Option<StatementLayout>,
    retry: Option<Duration>,
    poll: Option<Duration>,
}

impl Read {
    pub(super) fn of(env: &mut Env) -> Self {
        // Some hundred thousand lines; they are held in memory once as bytes and once as lines.
        let most = 64 * 1024 * 1024;
        Self {
            at: at(env),
            members: members(env),
            hosts: hosts(env),
            loopback: env.or("ALLOW_LOOPBACK_HTTP", false),
            max_bytes: env.or_in("STATEMENT_MAX_BYTES", most, 1..=1024 * 1024 * 1024),
            layout: layout(env),
            retry: env.or_in("STATEMENT_RETRY_MS", ms(3_600_000), ms(1)..=ms(86_400_000)),
            poll: env.or_in("STATEMENT_POLL_MS", ms(60_000), ms(10)..=ms(3_600_000)),
        }
    }

    pub(super) fn or_of(self, upper_huifu_id: &HuifuId) -> Option<StatementSettings> {
        let members = self.members?;
        Some(StatementSettings {
            at: self.at?,
            members: members.unwrap_or_else(|| vec![upper_huifu_id.clone()]),
            hosts: self.hosts?,
            loopback: if self.loopback? {
                LoopbackHttp::Allowed
            } else {
                LoopbackHttp::Refused
            },
            max_bytes: self.max_bytes?,
            layout: self.layout?,
            retry: self.retry?,
            poll: self.poll?,
        })
    }
}

fn at(env: &mut Env) -> Option<Time> {
    let text = env.or("STATEMENT_AT", "10:00".to_owned())?;
    match Time::strptime("%H:%M", &text) {
        Ok(time) => Some(time),
        Err(_) => env.refuse("STATEMENT_AT", "must be a time in Beijing such as 10:00"),
    }
}

fn members(env: &mut Env) -> Option<Option<Vec<HuifuId>>> {
    let Some(texts) = env.optional::<Vec<String>>("STATEMENT_HUIFU_IDS")? else {
        return Some(None);
    };
    // Statements take 18 characters where everything else takes 32 (huifu-api.md §3.6).
    let member = |text: &String| text.parse().ok().filter(|_| text.len() <= 18);
    match texts.iter().map(member).collect() {
        Some(members) => Some(Some(members)),
        None => env.refuse(
            "STATEMENT_HUIFU_IDS",
            "must be ids at Huifu of at most 18 characters, separated by commas",
        ),
    }
}

fn hosts(env: &mut Env) -> Option<Vec<String>> {
    let hosts: Vec<String> = env.required("STATEMENT_HOSTS")?;
    let plain = |host: &String| {
        let named = host.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-'
        });
        named && host.len() <= 253
    };
    if hosts.iter().all(plain) {
        return Some(hosts);
    }
    env.refuse(
        "STATEMENT_HOSTS",
        "must be host names in lower case, without scheme and port, separated by commas",
    )
}

fn layout(env: &mut Env) -> Option<StatementLayout> {
    let Some(text) = env.optional::<String>("STATEMENT_LAYOUT")? else {
        return Some(StatementLayout::default());
    };
    match text.parse() {
        Ok(layout) => Some(layout),
        Err(problem) => env.refuse("STATEMENT_LAYOUT", &format!("cannot be used: {problem}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: (&str, &str) = ("STATEMENT_HOSTS", "files.huifu.example");

    fn read(changed: &[(&str, &str)]) -> Result<StatementSettings, Vec<String>> {
        let mut env = Env::new(changed.iter().copied());
        let read = Read::of(&mut env).or_of(&"6666000000000001".parse().unwrap());
        read.ok_or_else(|| env.errors().to_vec())
    }

    #[test]
    fn without_a_word_it_is_the_channels_file_at_ten_in_the_sandboxes_layout() {
        let settings = read(&[HOSTS]).unwrap();
        assert_eq!(settings.at, Time::constant(10, 0, 0, 0));
        assert_eq!(settings.members, ["6666000000000001".parse().unwrap()]);
        assert_eq!(settings.layout, StatementLayout::default());
        assert_eq!(settings.loopback, LoopbackHttp::Refused);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let missing = read(&[]).unwrap_err();
        assert!(missing[0].starts_with("STATEMENT_HOSTS is not set"));
        for (name, wrong) in [
            ("STATEMENT_AT", "25:00"),
            ("STATEMENT_AT", "10"),
            ("STATEMENT_HUIFU_IDS", "6666,with a space"),
            ("STATEMENT_HUIFU_IDS", "6666000000000000000001"),
            ("STATEMENT_LAYOUT", r#"{"delimiter":"ab"}"#),
        ] {
            let errors = read(&[HOSTS, (name, wrong)]).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert!(errors[0].contains(name), "{errors:?}");
        }
        for wrong in ["https://a.example", "a.example:443", "A.example", "a b"] {
            let errors = read(&[("STATEMENT_HOSTS", wrong)]).unwrap_err();
            assert!(errors[0].contains("STATEMENT_HOSTS must"), "{errors:?}");
        }
    }
}
