//! Runs the partner sandbox as a program.
#![expect(
    clippy::print_stdout,
    reason = "a program for people says where it listens"
)]

use anyhow::Context as _;
use clap::Parser;
use sandbox::SigningKey;
use sandbox::partner::{NoticeSecret, PartnerConfig, PartnerSandbox};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use url::Url;

/// A partner to run against: a small shop whose user withdraws, and who is told what became of it.
///
/// Open the printed address in a browser. The shop signs the page call with real RSA, verifies the
/// answer the user comes back with, and verifies and lists the notices it is sent.
#[derive(Parser)]
#[command(name = "partner-sandbox", version, after_long_help = AFTER_HELP)]
struct Flags {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The partner_id given at registration
    #[arg(long, value_name = "ID")]
    partner_id: String,
    /// Signs forms and API calls: PEM or bare Base64
    #[arg(long, value_name = "FILE")]
    private_key: PathBuf,
    /// The name under which the public half of that key is registered
    #[arg(long, value_name = "ID")]
    key_id: String,
    /// Where the platform takes page calls, without /withdraw
    #[arg(long, value_name = "URL")]
    intake_url: Url,
    /// Where the platform publishes its keys
    #[arg(long, value_name = "URL")]
    jwks_url: Url,
    /// The user as the shop knows them
    #[arg(long, value_name = "ID")]
    third_party_user_id: String,
    /// The same user as the platform knows them
    #[arg(long, value_name = "ID")]
    htouhui_user_id: String,
    /// Under which address browsers and the platform reach this shop; default: where it listens
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
    /// A file with a secret of the form whsec_: the Standard Webhooks headers of every notice must
    /// hold too, with one of those given
    #[arg(long, value_name = "FILE")]
    notice_secret: Vec<PathBuf>,
    /// How many notices are kept
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    notice_limit: usize,
    /// No log line per notice, for load
    #[arg(long)]
    quiet: bool,
}

const AFTER_HELP: &str = "\
PAGES
  /                  the shop        /return    where users come back to
  /notices           notices         /notices.json

ADMIN (from loopback only; JSON)
  POST /admin/mode         how notices are answered, with an optional \"times\":N
                           {\"mode\":\"ok\"}             200 success
                           {\"mode\":\"down\"}           the connection is closed without an answer
                           {\"mode\":\"status\",\"code\":500}
                           {\"mode\":\"slow\",\"ms\":3000}
                           {\"mode\":\"wrong-body\"}     {\"mode\":\"redirect\"}
                           {\"mode\":\"hang\"}           {\"mode\":\"huge-body\"}
                           {\"mode\":\"retry-after\",\"seconds\":2}
                           {\"mode\":\"silent\"}         success, without the word for a certification
                           {\"mode\":\"careless\",\"ms\":300}: takes anything, forgets everything, is slow
  POST /admin/signed-form  {\"money\":\"12.00\",\"lang\":null}: a signed form with these overrides;
                           null leaves a field out, \"sign\" takes the place of the signature
  DELETE /admin/notices    forgets every notice
  POST /admin/user         {\"third_party_user_id\":\"u1\",\"htouhui_user_id\":\"20000000001\"}: sells to this
                           user from now on
  POST /admin/call/NAME    signs the body and posts it to the platform's API; answers status, body, and
                           whether the answer was signed. NAME: materials openings cards cash-rules
                           applications quotes withdrawals
";

async fn run(flags: Flags) -> anyhow::Result<()> {
    let path = &flags.private_key;
    let key = std::fs::read_to_string(path)
        .with_context(|| format!("could not read {}", path.display()))?;
    let sandbox = PartnerSandbox::start(PartnerConfig {
        listen: flags.listen,
        partner_id: flags.partner_id,
        private_key: SigningKey::read(&key).context("--private-key")?,
        key_id: flags.key_id,
        intake_url: flags.intake_url,
        jwks_url: flags.jwks_url,
        third_party_user_id: flags.third_party_user_id,
        htouhui_user_id: flags.htouhui_user_id,
        public_url: flags.public_url,
        notice_secrets: secrets(&flags.notice_secret)?,
        notice_limit: flags.notice_limit,
        log_requests: !flags.quiet,
    })
    .await?;
    println!("partner-sandbox listens on {}", sandbox.base_url);
    sandbox::until_told_to_stop().await?;
    sandbox.shutdown().await;
    Ok(())
}

fn secrets(files: &[PathBuf]) -> anyhow::Result<Vec<NoticeSecret>> {
    let secrets = files.iter().map(|path| {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("could not read {}", path.display()))?;
        NoticeSecret::read(&text)
            .with_context(|| format!("{} holds no whsec_ secret", path.display()))
    });
    secrets.collect()
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
