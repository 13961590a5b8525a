//! What must leave with no request: which trace it belongs to. A partner is told that of its
//! notices, by contract; Huifu and the SMS gateway are told nothing.

use anyhow::{Result, ensure};

use crate::scene::Scene;

const CONTRACTED: &str = "traceparent";
const NEVER: [&str; 2] = ["tracestate", "baggage"];

pub(crate) fn stay_out_of_requests(scene: &Scene) -> Result<()> {
    let (huifu, sms, partner) = (&scene.huifu, &scene.sms, &scene.partner);
    let book = huifu.book();
    let came = !(book.payments.is_empty() && book.onboardings.is_empty());
    for (who, came, names, contracted) in [
        ("Huifu", came, huifu.header_names(), false),
        (
            "the SMS gateway",
            !sms.messages().is_empty(),
            sms.header_names(),
            false,
        ),
        (
            "the partner",
            !partner.notices().is_empty(),
            partner.header_names(),
            true,
        ),
    ] {
        for name in NEVER {
            ensure!(!names.contains(name), "{who} was sent {name}");
        }
        let told = names.contains(CONTRACTED);
        ensure!(contracted || !told, "{who} was sent {CONTRACTED}");
        // Whoever notes no names finds nothing among them.
        let noted = names.contains("content-type");
        ensure!(
            noted || !came,
            "{who} noted no headers, so none were searched"
        );
    }
    Ok(())
}
