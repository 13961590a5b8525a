//! Posts one callback and judges what comes back (huifu-api.md §4).

use crate::huifu::payment::TryOutcome;
use reqwest::Client;
use std::time::Duration;

/// Huifu waits so long for an acknowledgement (huifu-api.md §4).
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Longer than any acknowledgement that could ever be right.
const ACK_READ_MAX: usize = 4_096;

/// The body that acknowledges a callback about `req_seq_id`, plain text and nothing else.
pub(crate) fn expected_ack(req_seq_id: &str) -> String {
    format!("RECV_ORD_ID_{req_seq_id}")
}

/// One try: posts the form, and takes the acknowledgement of `req_seq_id` alone for one.
pub(crate) async fn deliver(
    client: &Client,
    url: &str,
    form: &str,
    req_seq_id: &str,
) -> TryOutcome {
    let sent = client
        .post(url)
        .header(
            "content-type",
            "application/x-www-form-urlencoded;charset=UTF-8",
        )
        .header("charset", "UTF-8")
        .timeout(ANSWER_TIMEOUT)
        .body(form.to_owned())
        .send()
        .await;
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return TryOutcome::TimedOut,
        Err(_) => return TryOutcome::Unreachable,
    };
    if answer.status() != http::StatusCode::OK {
        return TryOutcome::Status(answer.status().as_u16());
    }
    let mut body = Vec::new();
    while body.len() <= ACK_READ_MAX {
        match answer.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) if error.is_timeout() => return TryOutcome::TimedOut,
            Err(_) => return TryOutcome::Unreachable,
        }
    }
    if body == expected_ack(req_seq_id).as_bytes() {
        TryOutcome::Acked
    } else {
        TryOutcome::WrongBody
    }
}
