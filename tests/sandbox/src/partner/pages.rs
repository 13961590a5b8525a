//! The shop's pages: ask for an amount, hand the user over, show what came back.

use crate::clock;
use crate::fen::Fen;
use crate::partner::form;
use crate::partner::notices::Notice;
use crate::partner::verify::{self, Field, Verdict, value};
use crate::partner::world::World;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};
use std::sync::Arc;

/// The newest so many are shown; `/notices.json` has them all.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "shop.html")]
struct Shop {
    user: String,
    amount: String,
    error: bool,
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct Checkout {
    action: String,
    money: String,
    fields: Vec<Field>,
}

#[derive(Template)]
#[template(path = "return.html")]
struct Returned {
    verdict: Verdict,
    accepted: bool,
    code: String,
    message: String,
    order_id: String,
    money: String,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticeList {
    notices: Vec<(String, Notice)>,
}

pub(crate) async fn shop(State(world): State<Arc<World>>) -> Response {
    shown(&Shop {
        user: world.user().third_party_user_id,
        amount: "100.00".into(),
        error: false,
    })
}

/// Signs a fresh form for the amount. The user's browser posts it: the shop never speaks for it.
pub(crate) async fn checkout(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let posted: Vec<Field> = form_urlencoded::parse(&body).into_owned().collect();
    let typed = value(&posted, "money")
        .unwrap_or_default()
        .trim()
        .to_owned();
    let money = if typed.contains('.') {
        typed.clone()
    } else {
        format!("{typed}.00")
    };
    if money.parse::<Fen>().is_err() {
        let user = world.user().third_party_user_id;
        let page = shown(&Shop {
            user,
            amount: typed,
            error: true,
        });
        return (StatusCode::BAD_REQUEST, page).into_response();
    }
    let fields = form::signed_form(
        &world,
        &[
            ("money", Some(&money)),
            ("cash_type", value(&posted, "cash_type")),
            ("lang", value(&posted, "lang")),
        ],
    );
    shown(&Checkout {
        action: world.withdraw_url(),
        money,
        fields,
    })
}

pub(crate) async fn returned(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let fields: Vec<Field> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let verdict = verify::answer(&world, &fields).await;
    let text = |name: &str| value(&fields, name).unwrap_or("-").to_owned();
    shown(&Returned {
        accepted: value(&fields, "code") == Some("0000"),
        code: text("code"),
        message: text("message"),
        order_id: text("order_id"),
        money: text("money"),
        verdict,
    })
}

pub(crate) async fn notices(State(world): State<Arc<World>>) -> Response {
    let notices = world.notices().all();
    let newest = notices.into_iter().rev().take(SHOWN);
    let with_time = newest.map(|notice| {
        let at = clock::beijing(notice.received_at)
            .strftime("%H:%M:%S%.3f")
            .to_string();
        (at, notice)
    });
    shown(&NoticeList {
        notices: with_time.collect(),
    })
}

pub(crate) async fn style() -> Response {
    let css = include_str!("../../templates/shop.css");
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
}

fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
