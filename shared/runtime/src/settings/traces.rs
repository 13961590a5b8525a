//! Where traces go, by the names that OpenTelemetry gives its variables.

use contract::partner::url::is_loopback;
use url::{Host, Url};

use super::{Env, FromEnv, Settings};
use crate::trace::Sampler;

/// Traces: off unless a collector is named.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector; traces are posted to `v1/traces` below it, as
    /// OTLP in Protobuf over HTTP. This is that address, whole.
    pub endpoint: Option<Url>,
    /// `OTEL_SERVICE_NAME`: the service's own if not set.
    pub service_name: Option<String>,
    /// `OTEL_RESOURCE_ATTRIBUTES`: what else is said of this process, as `name=value`, separated
    /// by commas.
    pub resource: Vec<(String, String)>,
    /// `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`.
    pub sampler: Sampler,
}

impl Settings for TraceSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let endpoint = endpoint(env);
        let service_name = env.optional("OTEL_SERVICE_NAME");
        let resource = env.optional::<Vec<ResourceAttribute>>("OTEL_RESOURCE_ATTRIBUTES");
        let kind = env.or("OTEL_TRACES_SAMPLER", SamplerName::ParentBasedAlwaysOn);
        let ratio = env.or_in("OTEL_TRACES_SAMPLER_ARG", 1.0, 0.0..=1.0);
        let resource = resource?.unwrap_or_default().into_iter();
        Some(Self {
            endpoint: endpoint?,
            service_name: service_name?,
            resource: resource.map(|said| (said.name, said.value)).collect(),
            sampler: kind?.sampler(ratio?),
        })
    }
}

/// Spans hold no secret, but numbers of withdrawals: in the clear they go no further than our own
/// network.
fn endpoint(env: &mut Env) -> Option<Option<Url>> {
    const NAME: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let Some(mut url) = env.optional::<Url>(NAME)? else {
        return Some(None);
    };
    let fits = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url) || is_in_cluster(&url),
        _ => false,
    };
    if !fits || !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() {
        return env.refuse(
            NAME,
            "must be https, or http to this machine or a service of the cluster (name.namespace, \
             name.namespace.svc), without user name, query and fragment",
        );
    }
    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Some(Some(url))
}

/// A name that only the cluster's own DNS knows.
fn is_in_cluster(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let dots = name.matches('.').count();
            dots == 0 || name.ends_with(".svc") || name.ends_with(".svc.cluster.local")
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    }
}

/// One `name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ResourceAttribute {
    name: String,
    value: String,
}

impl FromEnv for ResourceAttribute {
    fn expected() -> String {
        "name=value".to_owned()
    }

    fn from_env(text: &str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        let plain =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        (plain(name) && plain(value)).then(|| Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }

    fn show(&self) -> String {
        format!("{}={}", self.name, self.value)
    }
}

/// The standard's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SamplerName {
    AlwaysOn,
    AlwaysOff,
    Ratio,
    ParentBasedAlwaysOn,
    ParentBasedAlwaysOff,
    ParentBasedRatio,
}

impl SamplerName {
    const ALL: [Self; 6] = [
        Self::AlwaysOn,
        Self::AlwaysOff,
        Self::Ratio,
        Self::ParentBasedAlwaysOn,
        Self::ParentBasedAlwaysOff,
        Self::ParentBasedRatio,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::AlwaysOn => "always_on",
            Self::AlwaysOff => "always_off",
            Self::Ratio => "traceidratio",
            Self::ParentBasedAlwaysOn => "parentbased_always_on",
            Self::ParentBasedAlwaysOff => "parentbased_always_off",
            Self::ParentBasedRatio => "parentbased_traceidratio",
        }
    }

    const fn sampler(self, ratio: f64) -> Sampler {
        let (parent_based, ratio) = match self {
            Self::AlwaysOn => (false, 1.0),
            Self::AlwaysOff => (false, 0.0),
            Self::Ratio => (false, ratio),
            Self::ParentBasedAlwaysOn => (true, 1.0),
            Self::ParentBasedAlwaysOff => (true, 0.0),
            Self::ParentBasedRatio => (true, ratio),
        };
        Sampler {
            parent_based,
            ratio,
        }
    }
}

impl FromEnv for SamplerName {
    fn expected() -> String {
        format!("one of {}", Self::ALL.map(Self::as_str).join(", "))
    }

    fn from_env(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<TraceSettings, String> {
        let mut env = Env::new(values.iter().copied());
        TraceSettings::read(&mut env).ok_or_else(|| env.errors().join("\n"))
    }

    #[test]
    fn nothing_is_exported_unless_a_collector_is_named() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.endpoint, None);
        let kept = settings.sampler;
        assert!(kept.parent_based && kept.ratio >= 1.0);
    }

    #[test]
    fn in_the_clear_spans_stay_on_this_machine_or_in_the_cluster() {
        for good in [
            "https://otlp.example.com",
            "https://otlp.example.com/tenant/",
            "http://127.0.0.1:4318",
            "http://localhost:4318/",
            "http://collector:4318",
            "http://collector.telemetry.svc:4318",
            "http://collector.telemetry.svc.cluster.local:4318",
        ] {
            let endpoint = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", good)])
                .unwrap()
                .endpoint;
            let endpoint = endpoint.unwrap().to_string();
            let wanted = format!("{}/v1/traces", good.trim_end_matches('/'));
            assert_eq!(endpoint, wanted);
        }
        for bad in [
            "http://otlp.example.com",
            "http://svc.example.com",
            "http://10.0.0.1:4318",
            "grpc://collector:4317",
            "https://user@otlp.example.com",
            "https://user:secret@otlp.example.com",
            "https://otlp.example.com?key=secret",
        ] {
            let error = read(&[("OTEL_EXPORTER_OTLP_ENDPOINT", bad)]).unwrap_err();
            assert!(
                error.contains("OTEL_EXPORTER_OTLP_ENDPOINT must be"),
                "{bad}: {error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_standards_samplers_are_known_by_their_names() {
        let sampler = |name, ratio| {
            let name = ("OTEL_TRACES_SAMPLER", name);
            read(&[name, ("OTEL_TRACES_SAMPLER_ARG", ratio)]).map(|settings| settings.sampler)
        };
        let of = |parent_based, ratio| {
            Ok(Sampler {
                parent_based,
                ratio,
            })
        };
        assert_eq!(sampler("parentbased_traceidratio", "0.1"), of(true, 0.1));
        assert_eq!(sampler("traceidratio", "0.1"), of(false, 0.1));
        assert_eq!(sampler("always_on", "0.1"), of(false, 1.0));
        assert_eq!(sampler("parentbased_always_off", "1"), of(true, 0.0));
        assert!(
            sampler("sometimes", "1")
                .unwrap_err()
                .contains("one of always_on")
        );
        assert!(
            sampler("traceidratio", "1.5")
                .unwrap_err()
                .contains("between 0 and 1")
        );
        assert!(sampler("traceidratio", "NaN").is_err());
    }

    #[test]
    fn what_is_said_of_the_process_is_read_by_pairs() {
        let said = "deployment.environment.name=staging,k8s.pod.name=a";
        let settings = read(&[("OTEL_RESOURCE_ATTRIBUTES", said)]).unwrap();
        let names: Vec<_> = settings
            .resource
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["deployment.environment.name", "k8s.pod.name"]);
        assert!(read(&[("OTEL_RESOURCE_ATTRIBUTES", "staging")]).is_err());
    }
}
