//! `opsctl user card`: binds cards that Huifu knows by a token.

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use contract::ids::{HtouhuiUserId, TokenNo};
use runtime::clock;
use serde_json::json;
use store::audit;
use store::users::{self, NewCard};

use crate::database::Database;
use crate::output::Report;
use crate::permit::OperatorArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bind a card
    Add {
        /// The user's id here
        htouhui_user_id: HtouhuiUserId,
        /// Huifu's number of the card
        #[arg(long)]
        token_no: TokenNo,
        /// The last four digits of the card number; never more of it
        #[arg(long)]
        tail: String,
        /// For people
        #[arg(long)]
        bank_name: String,
        /// Choose it unless the user chooses another
        #[arg(long)]
        default: bool,
        #[command(flatten)]
        who: OperatorArgs,
    },
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let Command::Add {
        htouhui_user_id: user,
        token_no,
        tail,
        bank_name,
        default,
        who,
    } = command;
    let operator = who.operator("a card is bound")?;
    let card = NewCard {
        token_no: &token_no,
        tail: &tail,
        bank_name: &bank_name,
        is_default: default,
    };
    let mut connection = database.connection().await?;
    let now = clock::now();
    let tx = connection.begin("opsctl: add card").await?;
    users::cards::add(&tx, now, &user, &card)
        .await
        .map_err(|error| match error.constraint() {
            Some("card_bound_once") => anyhow!("{user} has this card already"),
            Some("card_tail_is_four_digits") => {
                anyhow!("--tail is the last four digits, no more and no less")
            }
            Some("one_default_card_per_user") => anyhow!("{user} has a default card already"),
            Some("cards_htouhui_user_id_fkey") => anyhow!("there is no user {user}"),
            _ => error.into(),
        })?;
    let subject = format!("user {user}");
    let detail = json!({ "token_no": token_no, "is_default": default });
    audit::append(&tx, now, &operator.act("user.add_card", &subject, &detail)).await?;
    tx.commit().await.context("the card was not bound")?;
    let json = json!({
        "htouhui_user_id": user, "token_no": token_no, "tail": tail, "bank_name": bank_name,
        "is_default": default,
    });
    Ok(Report::new(json).line(format!("Card {bank_name} {tail} of {user} was bound.")))
}
