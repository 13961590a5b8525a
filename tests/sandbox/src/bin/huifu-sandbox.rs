//! Runs the Huifu sandbox as a program.
#![expect(
    clippy::print_stdout,
    reason = "a program for people says where it listens"
)]

use anyhow::Context as _;
use clap::Parser;
use sandbox::huifu::{
    AccountOpening, BoundCard, Fault, FeeRule, HuifuConfig, HuifuSandbox, Operation,
};
use sandbox::{SigningKey, VerifyingKey};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// A Huifu (汇付 斗拱) to run against: onboarding, withdrawals, statements, and every way to fail.
///
/// It verifies requests and signs answers with real RSA keys, opens merchants and users, keeps
/// its own book of accounts and payments, and calls back: 02 and then 01 to the notify_url of each
/// withdrawal, the end of a review to the async_return_url of each application. It moves no real
/// money and talks to nobody but the addresses it is given.
#[derive(Parser)]
#[command(name = "huifu-sandbox", version, after_long_help = after_help())]
struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7070", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The only sys_id (系统号) that may call
    #[arg(long, value_name = "ID")]
    sys_id: String,
    /// The only product_id (产品号) that may call
    #[arg(long, value_name = "ID")]
    product_id: String,
    /// Verifies requests: PEM or bare Base64
    #[arg(long, value_name = "FILE")]
    merchant_public_key: PathBuf,
    /// Signs answers and callbacks: PEM or bare Base64
    #[arg(long, value_name = "FILE")]
    huifu_private_key: PathBuf,
    /// Milliseconds between the answer and 02, and between 02 and 01
    #[arg(long, default_value_t = 200, value_name = "MS")]
    callback_delay_ms: u64,
    /// Further tries after a callback that was not acknowledged
    #[arg(long, default_value_t = 3, value_name = "N")]
    callback_retries: u32,
    /// Milliseconds between two tries
    #[arg(long, default_value_t = 2_000, value_name = "MS")]
    callback_retry_interval_ms: u64,
    /// An account and its balance in yuan, such as 6666000021291985=10000.00 (repeatable)
    #[arg(long, value_name = "HUIFU_ID=BALANCE")]
    account: Vec<AccountOpening>,
    /// A bound card, such as 6666000021291985=10004053462 (repeatable)
    #[arg(long, value_name = "HUIFU_ID=TOKEN_NO")]
    card: Vec<BoundCard>,
    /// What a member pays, such as 6666000021291985=1.00+0.05%:inner or …:outer (repeatable)
    #[arg(long, value_name = "HUIFU_ID=RULE", value_parser = fee)]
    fee: Vec<(String, FeeRule)>,
    /// How many payments the book keeps before it forgets the oldest
    #[arg(long, default_value_t = 200_000, value_name = "N")]
    book_limit: usize,
    /// Treat magic amounts, names and cards like any others
    #[arg(long)]
    no_magic_amounts: bool,
    /// Let openings name pictures that were never uploaded
    #[arg(long)]
    any_picture: bool,
    /// No log line per request and callback, for load
    #[arg(long)]
    quiet: bool,
}

const MAGIC: &str = "
MAGIC NAMES (an application of a subject whose name ends so)
";

const ADMIN: &str = r#"
MAGIC CARDS
  …4444  a personal card whose number ends so does not match its holder

ADMIN (from loopback only; JSON)
  POST   /admin/faults    {"match":{"operation":"user_busi_open","huifu_id":"…","req_seq_id":"…",
                           "cash_amt_fen":1000,"subject":"张三","card_tail":"0123"},
                           "faults":[{"fault":"timeout_after_paying"}], "times":1}
                          every part of match is optional, and without operation it is for the
                          withdrawal; without times it holds for ever
  GET    /admin/faults    the rules in force          DELETE /admin/faults    forget them
  GET    /admin/book      accounts, payments, onboardings, executions, tries to call back, audit
  GET    /admin/payments/{req_seq_id}
  POST   /admin/payments/{req_seq_id}/settle | fail | return
  POST   /admin/callbacks/{req_seq_id}/resend
  POST   /admin/accounts  {"huifu_id":"…","acct_type":"01","balance":"500.00",
                           "balance_yesterday":"200.00","cards":["…"],"fee":"1.00+0.05%:inner"}
                          what came in today is the balance without that of yesterday
  GET    /admin/members   /admin/onboardings   /admin/onboardings/{req_seq_id}   /admin/pictures
  POST   /admin/onboardings/{req_seq_id}/pass | refuse | fail | resend   {"reason":"…"}
  POST   /admin/floors    {"T1":"1.00+0.00%","D1":null}
  POST   /admin/calendar  {"2026-10-01":false,"2026-10-10":true}   true: a working day
  POST   /admin/clock     {"ahead_seconds":86400}
  GET    /admin/statements/{yyyy-MM-dd}    the file of that day    DELETE    make it right again
  POST   /admin/statements/{yyyy-MM-dd}    {"change":"add_to_amount","req_seq_id":"…","fen":-1}
                          or {"change":"drop","req_seq_id":"…"} or {"change":"foreign","line":{…}}
  POST   /admin/statements/{yyyy-MM-dd}/hold | release
  POST bodies are JSON, and {} where nothing is said.

OPERATIONS (of a rule, and where each is served)
"#;

fn after_help() -> String {
    let mut text = String::from("MAGIC AMOUNTS (a withdrawal of exactly so much goes wrong)\n");
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    for (amount, fault) in sandbox::huifu::magic_amounts() {
        let fault = json(serde_json::to_string(&fault));
        text.push_str(&format!("  {amount}  {fault}\n"));
    }
    text.push_str(MAGIC);
    for (last, plan) in sandbox::huifu::magic_names() {
        let fault = json(serde_json::to_string(&Fault::Review { plan }));
        text.push_str(&format!("  …{last}  {fault}\n"));
    }
    text.push_str(ADMIN);
    for operation in Operation::ALL {
        let name = json(serde_json::to_string(&operation));
        text.push_str(&format!("  {name:<25} {}\n", operation.path()));
    }
    text
}

fn fee(text: &str) -> Result<(String, FeeRule), String> {
    let (huifu_id, rule) = text.split_once('=').ok_or("write huifu_id=rule")?;
    let rule = rule
        .parse()
        .map_err(|error: sandbox::huifu::BadFeeRule| error.to_string())?;
    Ok((huifu_id.to_owned(), rule))
}

fn config(flags: Flags) -> anyhow::Result<HuifuConfig> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
    };
    Ok(HuifuConfig {
        listen: flags.listen,
        sys_id: flags.sys_id,
        product_id: flags.product_id,
        merchant_public_key: VerifyingKey::read(&read(&flags.merchant_public_key)?)
            .context("--merchant-public-key")?,
        huifu_private_key: SigningKey::read(&read(&flags.huifu_private_key)?)
            .context("--huifu-private-key")?,
        callback_delay: Duration::from_millis(flags.callback_delay_ms),
        callback_retries: flags.callback_retries,
        callback_retry_interval: Duration::from_millis(flags.callback_retry_interval_ms),
        accounts: flags.account,
        cards: flags.card,
        fees: flags.fee,
        book_limit: flags.book_limit,
        magic_amounts: !flags.no_magic_amounts,
        any_picture: flags.any_picture,
        log_requests: !flags.quiet,
    })
}

async fn run(flags: Flags) -> anyhow::Result<()> {
    let sandbox = HuifuSandbox::start(config(flags)?).await?;
    println!("huifu-sandbox listens on {}", sandbox.base_url);
    sandbox::until_told_to_stop().await?;
    sandbox.shutdown().await;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
