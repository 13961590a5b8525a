//! Every metric that there is, with what it says: `/metrics` tells it, and nothing else is shown.
//!
//! A name of OpenTelemetry's semantic conventions (1.45, open-telemetry/semantic-conventions) is
//! taken wherever there is one, as Prometheus spells it: dots become underscores, the unit goes
//! behind the name, counters end in `_total`. Names of our own begin with `tixian_`.

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

use Kind::{Counter, Gauge, Histogram};

/// Tells the exporter what each says.
pub(super) fn describe() {
    for (kind, name, help) in METRICS {
        match kind {
            Counter => metrics::describe_counter!(name, help),
            Gauge => metrics::describe_gauge!(name, help),
            Histogram => metrics::describe_histogram!(name, help),
        }
    }
}

#[rustfmt::skip]
const METRICS: [(Kind, &str, &str); 82] = [
    // Of the conventions: HTTP, messaging, database clients, processes.
    (Histogram, "http_server_request_duration_seconds", "Requests that were answered."),
    (Gauge, "http_server_active_requests", "Requests that are being answered."),
    (Histogram, "http_client_request_duration_seconds", "Requests to Huifu, partners and others."),
    (Gauge, "http_client_active_requests", "Requests to others that are under way."),
    (Counter, "messaging_client_sent_messages_total", "Messages that were published, or not."),
    (Histogram, "messaging_client_operation_duration_seconds", "Batches with all their confirms."),
    (Counter, "messaging_client_consumed_messages_total", "Messages that the broker delivered."),
    (Histogram, "messaging_process_duration_seconds", "Messages that were handled."),
    (Gauge, "db_client_connection_count", "Connections to the database, by state."),
    (Gauge, "db_client_connection_max", "The most that there may be."),
    (Gauge, "db_client_connection_pending_requests", "Who waits for a connection."),
    (Counter, "db_client_connection_timeouts_total", "Who waited for one in vain."),
    (Histogram, "db_client_connection_wait_time_seconds", "Waits for a connection."),
    (Gauge, "process_uptime_seconds", "Since the process began."),
    (Counter, "process_cpu_time_seconds_total", "Processor time."),
    (Gauge, "process_memory_usage_bytes", "Memory in use."),
    (Gauge, "process_memory_virtual_bytes", "Memory that is mapped."),
    (Gauge, "process_thread_count", "Threads."),
    (Gauge, "process_unix_file_descriptor_count", "File descriptors that are open."),
    // How full everything is that has a bound.
    (Gauge, "tixian_slots_used", "What is taken of a bound."),
    (Gauge, "tixian_slots_max", "The bound."),
    // Money.
    (Counter, "tixian_withdrawals_total", "Withdrawals that this process brought to a stage."),
    (Counter, "tixian_money_fen_total", "Their money in fen; the books are the withdrawals."),
    (Histogram, "tixian_withdrawal_sending_delay_seconds", "From confirmation to Huifu."),
    (Histogram, "tixian_notice_sending_delay_seconds", "From a notice to its first sending."),
    // What is open, looked up by huifu-dispatcher: ask for the max, never for the sum.
    (Gauge, "tixian_backlog_seen_timestamp_seconds", "When it was looked at last."),
    (Gauge, "tixian_withdrawals_open", "Withdrawals without an end, by state."),
    (Gauge, "tixian_withdrawals_unmoved_seconds", "How long the one has not moved that is first."),
    (Gauge, "tixian_withdrawals_held", "Withdrawals that a case holds."),
    (Gauge, "tixian_withdrawals_held_seconds", "How long the first of them has not moved."),
    (Gauge, "tixian_notices_owed", "Notices that a partner has not taken."),
    (Gauge, "tixian_notices_owed_seconds", "The age of the oldest."),
    (Gauge, "tixian_cases_open", "Cases that wait for a person."),
    (Gauge, "tixian_cases_open_seconds", "The age of the oldest."),
    (Gauge, "tixian_dead_letters_open", "Dead letters that wait for a decision."),
    (Gauge, "tixian_dead_letters_open_seconds", "Since the oldest failed first."),
    (Gauge, "tixian_replay_jobs", "Replay jobs that are not over."),
    (Gauge, "tixian_replay_jobs_seconds", "The age of the oldest."),
    (Gauge, "tixian_lanes_open", "Hosts of partners that take nothing."),
    (Gauge, "tixian_lanes_held", "Lanes that a person holds."),
    (Gauge, "tixian_outbox_due", "Messages to be published now."),
    (Gauge, "tixian_outbox_due_seconds", "How long the first has been due."),
    (Gauge, "tixian_outbox_later", "Messages that are due later, on purpose."),
    (Gauge, "tixian_outbox_parked", "Messages that wait for their lane."),
    (Gauge, "tixian_outbox_parked_seconds", "The age of the oldest."),
    (Gauge, "tixian_outbox_published", "Messages at the broker or with their consumer."),
    (Gauge, "tixian_outbox_published_seconds", "Since the first of them was published."),
    // The relay and the consumers.
    (Histogram, "tixian_outbox_batch_rows", "Rows that a relay claimed at once."),
    (Counter, "tixian_outbox_relay_failures_total", "Rounds of a relay that ended early."),
    (Counter, "tixian_outbox_republished_total", "Messages that their queue had lost."),
    (Gauge, "tixian_queue_ready_messages", "Messages that wait at the broker; ask for the max."),
    (Counter, "tixian_consumer_reconnects_total", "Consumers that lost the broker."),
    (Counter, "tixian_deliveries_unsettled_total", "Deliveries that will come again."),
    (Counter, "tixian_dead_letters_total", "Messages that need a person."),
    // Traces.
    (Counter, "tixian_spans_ended_total", "Steps of traces that ended here."),
    (Counter, "tixian_spans_total", "Steps that the collector took, or not."),
    // intake.
    (Counter, "tixian_page_calls_total", "Partners' page calls, by code."),
    (Counter, "tixian_api_calls_total", "Calls of the API, by code."),
    (Counter, "tixian_decisions_total", "What users decided, by answer."),
    (Counter, "tixian_drafts_expired_total", "Drafts that nobody confirmed."),
    (Counter, "tixian_password_pages_total", "Pages on which a password is set, by answer."),
    (Histogram, "tixian_password_wait_seconds", "Waits for a place where passwords are checked."),
    (Histogram, "tixian_password_check_seconds", "Checks of passwords."),
    (Counter, "tixian_wrong_passwords_total", "Wrong passwords."),
    (Counter, "tixian_wrong_codes_total", "Wrong codes."),
    (Counter, "tixian_sms_codes_total", "Codes that were sent, or not."),
    // huifu-dispatcher and callback-receiver.
    (Counter, "tixian_dispatch_outcomes_total", "Sendings to Huifu, by what is known of them."),
    (Histogram, "tixian_huifu_braked_seconds", "Pauses that Huifu asked for."),
    (Histogram, "tixian_reconcile_question_seconds", "Questions about withdrawals."),
    (Counter, "tixian_reconcile_answers_total", "What Huifu said to them."),
    (Counter, "tixian_onboard_outcomes_total", "Steps of applications, by what is known of them."),
    (Histogram, "tixian_onboard_question_seconds", "Questions about applications."),
    (Counter, "tixian_onboard_answers_total", "What Huifu said to them."),
    (Counter, "tixian_onboard_pictures_total", "Pictures that went to Huifu."),
    (Counter, "tixian_balance_questions_total", "Questions about balances."),
    (Counter, "tixian_statement_questions_total", "Questions for a day's statement."),
    (Counter, "tixian_statement_lines_total", "Lines that were compared."),
    (Counter, "tixian_statement_differences_total", "Lines that differ from ours."),
    (Counter, "tixian_callbacks_total", "Callbacks of Huifu, by our reply."),
    // partner-notifier.
    (Counter, "tixian_notices_parked_total", "Notices that found their lane shut or full."),
    (Counter, "tixian_notice_secrets_unopened_total", "Signatures left out for want of a key."),
    (Counter, "tixian_lane_changes_total", "Lanes that opened, were tried, or closed."),
];
