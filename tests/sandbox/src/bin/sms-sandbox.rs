//! Runs the SMS gateway sandbox as a program.
#![expect(
    clippy::print_stdout,
    reason = "a program for people says where it listens"
)]

use clap::Parser;
use sandbox::sms::{SmsConfig, SmsSandbox};
use std::net::SocketAddr;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// An SMS gateway to run against: nothing leaves the machine.
///
/// Open the printed address in a browser to read the messages as their users would.
#[derive(Parser)]
#[command(name = "sms-sandbox", version, after_long_help = AFTER_HELP)]
struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7090", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The bearer token by which it knows the platform
    #[arg(long, value_name = "TOKEN")]
    token: String,
}

const AFTER_HELP: &str = "\
PAGES (from loopback only)
  /                        messages, for people    /messages.json

THE GATEWAY
  POST /sms                {\"request_id\":\"1\",\"mobile\":\"13764190263\",\"template\":\"set_password\",
                           \"lang\":\"zh-CN\",\"code\":\"204913\",\"valid_seconds\":300,\"text\":\"…204913…\"}
                           with Authorization: Bearer TOKEN; 202 if it is taken

ADMIN (from loopback only; JSON)
  POST /admin/mode         how messages are answered, with an optional \"times\":N
                           {\"mode\":\"ok\"}               202
                           {\"mode\":\"refuse\",\"code\":503}  the message is not taken
                           {\"mode\":\"slow\",\"ms\":3000}    taken, answered late
                           {\"mode\":\"down\"}             taken, the connection closed without an answer
                           {\"mode\":\"hang\"}             taken, no answer
  DELETE /admin/messages   forgets every message
";

async fn run(flags: Flags) -> anyhow::Result<()> {
    let sandbox = SmsSandbox::start(SmsConfig {
        listen: flags.listen,
        token: flags.token,
    })
    .await?;
    println!("sms-sandbox listens on {}", sandbox.base_url);
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
