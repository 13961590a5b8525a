//! What a replica says about itself on `/metrics`.

use anyhow::{Context as _, Result};
use stand::system::Service;

/// What a service counts when it has done its part of a withdrawal.
const fn counter(service: Service) -> &'static str {
    match service {
        Service::Intake => "tixian_decisions_total",
        Service::HuifuDispatcher => "tixian_dispatch_outcomes_total",
        Service::CallbackReceiver => "tixian_callbacks_total",
        Service::PartnerNotifier => "messaging_client_consumed_messages_total",
    }
}

/// How often a replica has done its part, whatever came of it.
pub(crate) async fn counted(metrics_url: &str, service: Service) -> Result<u64> {
    let text = reqwest::get(metrics_url).await?.text().await?;
    sum(&text, counter(service)).with_context(|| format!("no number at {metrics_url}"))
}

/// Of all series of a counter; one that was never counted is not there.
fn sum(text: &str, counter: &str) -> Option<u64> {
    let series = text.lines().filter(|line| {
        let rest = line.strip_prefix(counter);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']))
    });
    series
        .map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_series_of_a_counter_are_added_and_no_other() {
        let text = "a_total{x=\"1 2\"} 3\na_total 4\na_total_other 5\nb_total 6\n";
        assert_eq!(sum(text, "a_total"), Some(7));
        assert_eq!(sum(text, "c_total"), Some(0));
        assert_eq!(sum("a_total many", "a_total"), None);
    }
}
