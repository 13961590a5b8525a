//! The text and form of a review callback (huifu-api.md §4): merchants and users differ.
//!
//! A merchant's says everything in `data` itself; a user's packs audit_status, apply_no and
//! token_no into the JSON text audit_info. For a user no notice of a failed review is documented,
//! so none is sent: only the status query tells.

use crate::huifu::callback::FOREIGN_MEMBER;
use crate::huifu::onboard::resp_business;
use crate::huifu::onboarding::ReviewState;
use crate::huifu::review::Application;
use crate::huifu::script::Lie;
use crate::keys::SigningKey;
use serde_json::json;
use std::collections::BTreeMap;

/// Whether anybody is told of this end.
pub(crate) fn is_told(application: &Application, state: ReviewState) -> bool {
    match state {
        ReviewState::Pending => false,
        ReviewState::Passed | ReviewState::Refused => true,
        ReviewState::Failed => application.operation.is_for_merchants(),
    }
}

/// The serial a callback speaks of, which is what its receiver acknowledges.
pub(crate) fn serial(application: &Application, lie: Option<Lie>) -> String {
    match lie {
        Some(Lie::ForeignOrder) => format!("X{}", application.key.req_seq_id),
        Some(Lie::WrongAmount | Lie::ForeignMember | Lie::Unsigned | Lie::Altered) | None => {
            application.key.req_seq_id.clone()
        }
    }
}

/// The body to post, `application/x-www-form-urlencoded`.
pub(crate) fn form(
    application: &Application,
    state: ReviewState,
    lie: Option<Lie>,
    product_id: &str,
    key: &SigningKey,
) -> String {
    let signed = text(application, state, lie, product_id);
    let sign = key.sign(signed.as_bytes());
    let sent = match (lie, state) {
        (Some(Lie::Altered), ReviewState::Passed) => {
            text(application, ReviewState::Refused, lie, product_id)
        }
        (Some(Lie::Altered), _) => text(application, ReviewState::Passed, lie, product_id),
        _ => signed,
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("resp_code", "10000")
        .append_pair("resp_desc", "成功调用");
    if lie != Some(Lie::Unsigned) {
        form.append_pair("sign", &sign);
    }
    form.append_pair("data", &sent).finish()
}

fn text(
    application: &Application,
    state: ReviewState,
    lie: Option<Lie>,
    product_id: &str,
) -> String {
    let huifu_id = match lie {
        Some(Lie::ForeignMember) => FOREIGN_MEMBER,
        _ => &application.huifu_id,
    };
    let mut members = BTreeMap::from([
        ("huifu_id", huifu_id.to_owned()),
        ("req_date", application.key.req_date.clone()),
        ("req_seq_id", serial(application, lie)),
        ("sub_resp_code", "00000000".to_owned()),
        ("sub_resp_desc", "处理成功".to_owned()),
    ]);
    let apply_no = match lie {
        Some(Lie::ForeignOrder) => "900000000000000001".to_owned(),
        _ => application.apply_no.clone(),
    };
    let token_no = application
        .token_no
        .clone()
        .filter(|_| state == ReviewState::Passed);
    let letter = state.letter().to_owned();
    if application.operation.is_for_merchants() {
        members.extend([
            ("apply_no", apply_no),
            ("audit_desc", application.reason.clone()),
            ("audit_status", letter),
            ("product_id", product_id.to_owned()),
        ]);
        members.extend(token_no.map(|token_no| ("token_no", token_no)));
    } else {
        let code = if state == ReviewState::Passed {
            "S"
        } else {
            "F"
        };
        let mut info = json!({
            "audit_status": letter,
            "audit_desc": application.reason,
            "apply_no": apply_no,
            "resp_business": resp_business(&application.card, &application.cash, code),
        });
        if let Some(token_no) = token_no {
            info["token_no"] = json!(token_no);
        }
        members.extend([
            ("audit_info", info.to_string()),
            ("notify_type", "A".to_owned()),
        ]);
    }
    serde_json::to_string(&members).expect("a map from strings to strings always has a JSON text")
}
