//! Everything the gateway's handlers share.

use crate::clock;
use crate::heard::Heard;
use crate::sms::message::{SmsMessage, SmsRequest};
use crate::sms::mode::{Mode, ModeRule};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// More than anybody looks at.
const MOST_MESSAGES: usize = 10_000;

pub(crate) struct World {
    pub(crate) heard: Arc<Heard>,
    token: String,
    mode: Mutex<ModeRule>,
    messages: Mutex<VecDeque<SmsMessage>>,
    listening: Mutex<CancellationToken>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(token: String) -> Self {
        Self {
            heard: Arc::default(),
            token,
            mode: Mutex::new(ModeRule {
                mode: Mode::Ok,
                times: None,
            }),
            messages: Mutex::new(VecDeque::new()),
            listening: Mutex::new(CancellationToken::new()),
        }
    }

    pub(crate) fn knows(&self, authorization: &str) -> bool {
        authorization.strip_prefix("Bearer ") == Some(self.token.as_str())
    }

    /// The same message twice is one.
    pub(crate) fn keep(&self, request: SmsRequest) {
        let mut messages = locked(&self.messages);
        let known = |message: &SmsMessage| message.request.request_id == request.request_id;
        if messages.iter().any(known) {
            return;
        }
        if messages.len() == MOST_MESSAGES {
            messages.pop_front();
        }
        messages.push_back(SmsMessage {
            received_at: clock::now(),
            request,
        });
    }

    pub(crate) fn messages(&self) -> Vec<SmsMessage> {
        locked(&self.messages).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        locked(&self.messages).clear();
    }

    pub(crate) fn set_mode(&self, rule: ModeRule) {
        *locked(&self.mode) = rule;
    }

    pub(crate) fn take_mode(&self) -> Mode {
        locked(&self.mode).take()
    }

    pub(crate) fn listening_token(&self) -> CancellationToken {
        locked(&self.listening).clone()
    }

    /// For the next time it listens.
    pub(crate) fn renew_listening_token(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *locked(&self.listening) = token.clone();
        token
    }
}
