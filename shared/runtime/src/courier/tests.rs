//! Every way a sending can end, against real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use contract::trace::TraceContext;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::*;
use crate::clock;

const SUCCESS: &str = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsuccess";

/// Long beside what answers, short beside what hangs.
const TOTAL: Duration = Duration::from_millis(400);
const CONNECT: Duration = Duration::from_millis(200);

fn limits() -> Limits {
    Limits {
        connect_timeout: CONNECT,
        total_timeout: TOTAL,
        idle_per_host: 2,
    }
}

fn courier() -> Courier {
    Courier::new(&limits(), LoopbackHttp::Allowed, 100).unwrap()
}

async fn sent(courier: &Courier, url: &str) -> Answer {
    let hosts = ["127.0.0.1", "localhost", "nobody.invalid", "shop.example"].map(str::to_owned);
    let parcel = Parcel {
        body: "a=1".to_owned(),
        headers: vec![("webhook-id", "N1".to_owned())],
    };
    let to = Destination { url, hosts: &hosts };
    courier.deliver(to, parcel, clock::now()).await
}

/// A server that answers each request of each connection with the next of these texts and then
/// hangs; it tells what it read.
async fn server(answers: &'static [&'static str]) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer(stream, answers, told.clone()));
        }
    });
    (address, heard)
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &'static [&'static str],
    told: mpsc::UnboundedSender<String>,
) {
    let mut answers = answers.iter();
    let mut read = vec![0; 10_000];
    loop {
        let count = stream.read(&mut read).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        let _ = told.send(String::from_utf8_lossy(&read[..count]).into_owned());
        let Some(answer) = answers.next() else {
            std::future::pending().await
        };
        if *answer == "hang up" {
            return;
        }
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

#[tokio::test]
async fn what_is_sent_is_the_form_and_a_success_is_measured() {
    let (address, mut heard) = server(&[SUCCESS]).await;
    let answer = sent(&courier(), &format!("http://{address}/n?t=1")).await;
    assert_eq!((answer.outcome(), answer.status), ("delivered", Some(200)));
    assert_eq!(answer.text.as_deref(), Some("success"));
    assert_eq!(answer.address, Some(address));
    let timings = answer.timings;
    assert!(!timings.reused);
    assert_eq!(
        (timings.dns, timings.tls),
        (None, None),
        "a literal, in plain"
    );
    let parts = timings.connect.unwrap() + timings.first_byte.unwrap();
    assert!(parts <= timings.total, "{timings:?}");
    let request = heard.recv().await.unwrap();
    let (_, traceparent) = request.split_once("traceparent: ").unwrap();
    let traceparent: TraceContext = traceparent.lines().next().unwrap().parse().unwrap();
    let expected = format!(
        "POST /n?t=1 HTTP/1.1\r\nhost: {address}\r\nuser-agent: {OURS}\r\naccept: */*\r\n\
         content-type: application/x-www-form-urlencoded; charset=utf-8\r\nwebhook-id: N1\r\n\
         traceparent: {traceparent}\r\ncontent-length: 3\r\n\r\na=1"
    );
    assert_eq!(request, expected);
}

#[tokio::test]
async fn a_second_sending_uses_the_same_connection_and_has_no_timings_of_it() {
    let (address, _heard) = server(&[SUCCESS, SUCCESS]).await;
    let (courier, url) = (courier(), format!("http://localhost:{}/n", address.port()));
    let first = sent(&courier, &url).await;
    assert!(
        !first.timings.reused && first.timings.dns.is_some(),
        "{first:?}"
    );
    assert!(first.timings.connect.is_some());
    let second = sent(&courier, &url).await;
    assert_eq!(second.outcome(), "delivered");
    let timings = second.timings;
    assert!(
        timings.reused && timings.first_byte.is_some(),
        "{timings:?}"
    );
    assert_eq!(
        (timings.dns, timings.connect, timings.tls),
        (None, None, None)
    );
    assert_eq!(second.address, first.address);
}

#[tokio::test]
async fn two_at_once_each_have_a_connection_and_its_timings() {
    let (address, _heard) = server(&[SUCCESS]).await;
    let (courier, url) = (courier(), format!("http://{address}/n"));
    let (one, other) = tokio::join!(sent(&courier, &url), sent(&courier, &url));
    for answer in [one, other] {
        assert_eq!(answer.outcome(), "delivered");
        assert!(!answer.timings.reused && answer.timings.connect.is_some());
    }
}

/// The peer closes after its answer, as it may. Nothing is written into the dead connection.
#[tokio::test]
async fn a_connection_that_the_peer_closed_is_not_used_again() {
    let (address, _heard) =
        server(&["HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nsuccess"]).await;
    let (courier, url) = (courier(), format!("http://{address}/n"));
    for _ in 0..2 {
        let answer = sent(&courier, &url).await;
        assert_eq!(
            (answer.outcome(), answer.timings.reused),
            ("delivered", false)
        );
    }
}

/// It read the request, so it may have acted on it: the second sending is not made again.
#[tokio::test]
async fn a_kept_connection_that_breaks_is_no_answer_and_nothing_is_sent_twice() {
    let (address, mut heard) = server(&[SUCCESS, "hang up"]).await;
    let (courier, url) = (courier(), format!("http://{address}/n"));
    assert_eq!(sent(&courier, &url).await.outcome(), "delivered");
    let answer = sent(&courier, &url).await;
    assert_eq!((answer.outcome(), answer.status), ("no_answer", None));
    assert!(answer.timings.reused && answer.timings.first_byte.is_none());
    assert!(heard.recv().await.is_some() && heard.recv().await.is_some());
    assert!(heard.try_recv().is_err(), "a third request");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_dns() {
    let answer = sent(&courier(), "https://nobody.invalid/n").await;
    // A resolver that is out of reach is waited for as long as any connection.
    assert!(["dns", "timeout"].contains(&answer.outcome()), "{answer:?}");
    assert!(answer.timings.dns.is_some() && answer.timings.connect.is_none());
    assert_eq!(answer.address, None);
}

#[tokio::test]
async fn nobody_listening_is_connect_and_says_where() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let answer = sent(&courier(), &format!("http://{address}/n")).await;
    assert_eq!(answer.outcome(), "connect");
    assert_eq!(answer.address, Some(address));
    assert!(answer.timings.connect.is_some() && answer.timings.first_byte.is_none());
}

#[tokio::test]
async fn an_inner_address_is_refused_before_anything_is_connected() {
    let (address, mut heard) = server(&[SUCCESS]).await;
    let strict = Courier::new(&limits(), LoopbackHttp::Refused, 100).unwrap();
    for url in [
        format!("https://127.0.0.1:{}/n", address.port()),
        format!("https://localhost:{}/n", address.port()),
    ] {
        let answer = sent(&strict, &url).await;
        assert_eq!(answer.outcome(), "address_refused", "{url}");
        assert_eq!((answer.address, answer.timings.connect), (None, None));
    }
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn a_hang_before_the_head_is_a_time_out_without_a_first_byte() {
    let (address, _heard) = server(&[]).await;
    let answer = sent(&courier(), &format!("http://{address}/n")).await;
    assert_eq!((answer.outcome(), answer.status), ("timeout", None));
    assert!(answer.timings.first_byte.is_none() && answer.timings.connect.is_some());
    assert!(answer.timings.total >= TOTAL, "{:?}", answer.timings);
    assert_eq!(answer.address, Some(address));
}

#[tokio::test]
async fn a_hang_in_the_body_is_a_time_out_with_a_status_and_what_was_read() {
    let (address, _heard) = server(&["HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsucc"]).await;
    let answer = sent(&courier(), &format!("http://{address}/n")).await;
    assert_eq!((answer.outcome(), answer.status), ("timeout", Some(200)));
    assert_eq!(answer.text.as_deref(), Some("succ"));
    assert!(answer.timings.first_byte.is_some());
}

#[tokio::test]
async fn other_answers_have_their_classes() {
    let long = "HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n\
        0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x";
    for (text, outcome, status) in [
        (
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
            "status",
            Some(500),
        ),
        (
            "HTTP/1.1 307 T\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n",
            "redirect",
            Some(307),
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno",
            "body",
            Some(200),
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "body",
            Some(200),
        ),
        (long, "body", Some(200)),
        ("SSH-2.0-OpenSSH_9.2\r\n", "no_answer", None),
    ] {
        let answers: &'static [&'static str] = Vec::leak(vec![text]);
        let (address, _heard) = server(answers).await;
        let answer = sent(&courier(), &format!("http://{address}/n")).await;
        assert_eq!(
            (answer.outcome(), answer.status),
            (outcome, status),
            "{text}"
        );
    }
}

/// A listener whose queue of connections is full: nobody refuses, nobody accepts.
#[tokio::test]
async fn a_peer_that_speaks_no_tls_or_says_nothing_is_told_apart() {
    let (address, _heard) = server(&["HTTP/1.1 400 Bad\r\n\r\n"]).await;
    let answer = sent(&courier(), &format!("https://{address}/n")).await;
    assert_eq!(answer.outcome(), "tls");
    let (address, _heard) = server(&["hang up"]).await;
    let answer = sent(&courier(), &format!("https://{address}/n")).await;
    assert_eq!(answer.outcome(), "tls");
    let (address, _heard) = server(&[]).await;
    let answer = sent(&courier(), &format!("https://{address}/n")).await;
    assert_eq!(answer.outcome(), "timeout");
    let timings = answer.timings;
    assert!(
        timings.tls.unwrap() >= CONNECT / 2,
        "it hung there: {timings:?}"
    );
    assert!(
        timings.total < TOTAL,
        "the shorter limit counts: {timings:?}"
    );
}

/// A server with a certificate for this name, and the certificate.
async fn tls_server(name: &str) -> (SocketAddr, Vec<u8>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _): (TcpStream, _) = listener.accept().await.unwrap();
            let accepting = acceptor.accept(stream);
            tokio::spawn(async move {
                if let Ok(stream) = accepting.await {
                    let (told, _heard) = mpsc::unbounded_channel();
                    answer(stream, &[SUCCESS, SUCCESS], told).await;
                }
            });
        }
    });
    (address, cert.der().to_vec())
}

fn trusting(certificate: &[u8]) -> Courier {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.to_vec().into()).unwrap();
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Courier::with_tls(&limits(), LoopbackHttp::Allowed, 100, tls)
}

#[tokio::test]
async fn a_good_certificate_is_kept_and_the_handshake_measured_once() {
    let (address, certificate) = tls_server("localhost").await;
    let (courier, url) = (
        trusting(&certificate),
        format!("https://localhost:{}/n", address.port()),
    );
    let first = sent(&courier, &url).await;
    assert_eq!(first.outcome(), "delivered");
    assert_eq!(first.certificate.as_deref(), Some(certificate.as_slice()));
    let timings = first.timings;
    assert!(timings.dns.is_some() && timings.connect.is_some() && timings.tls.is_some());
    let second = sent(&courier, &url).await;
    assert!(second.timings.reused && second.timings.tls.is_none());
    assert_eq!(second.certificate.as_deref(), Some(certificate.as_slice()));
}

#[tokio::test]
async fn a_certificate_of_nobody_we_trust_or_for_another_name_is_tls() {
    let (address, certificate) = tls_server("shop.example").await;
    let url = format!("https://localhost:{}/n", address.port());
    let answer = sent(&courier(), &url).await;
    assert_eq!((answer.outcome(), answer.status), ("tls", None));
    assert!(answer.timings.tls.is_some() && answer.certificate.is_none());
    let answer = sent(&trusting(&certificate), &url).await;
    assert_eq!(answer.outcome(), "tls");
}

#[tokio::test]
async fn a_sending_that_is_dropped_hangs_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/n", listener.local_addr().unwrap());
    let courier = courier();
    let sending = sent(&courier, &url);
    let peer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = [0; 1000];
        assert!(stream.read(&mut read).await.unwrap() > 0);
        stream
    };
    let mut stream = tokio::select! {
        answer = sending => panic!("{answer:?}"),
        stream = peer => stream,
    };
    let mut rest = Vec::new();
    // Closed or reset: either way nobody waits there any more.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
}
