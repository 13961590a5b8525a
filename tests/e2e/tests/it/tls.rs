//! PostgreSQL and RabbitMQ under TLS: with a certificate that holds everything works, and with any
//! other nothing is sent, and it is said what to look at.

mod authority;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authority::{Authority, Identity};
use contract::withdrawal::State;
use e2e::{Engines, Scene};
use runtime::amqp::Link;
use runtime::settings::{BrokerSettings, Secret};
use stand::opsctl::Opsctl;
use stand::private::{Postgres, RabbitMq};
use stand::system::Service;
use store::trust::Trust;
use store::{Address, Store};
use tokio_postgres::{Client, NoTls};

/// Milliseconds on idle cores.
const SOON: Duration = Duration::from_secs(10);

const RELOAD: &str = "select pg_reload_conf()";

#[tokio::test]
async fn a_withdrawal_is_paid_and_told_over_tls_alone() {
    let authority = Authority::called("ours");
    let server = authority.sign("localhost");
    let postgres = Postgres::create().await.unwrap();
    serve_tls(postgres.handle(), &server).await;
    let (certificate, key) = (&server.certificate, &server.key);
    let rabbitmq = RabbitMq::create_under_tls(certificate, key).await.unwrap();
    let engines = Engines::on(Some(postgres.handle()), Some(rabbitmq.handle()));
    let engines = engines.await.unwrap();

    let file = authority.file();
    let scene = Scene::open_with(engines, |plan| {
        plan.database_url = under_tls(&plan.database_url);
        for service in Service::ALL {
            plan.tell(service, "DATABASE_CA_FILE", text(&file));
            plan.tell(service, "AMQP_CA_FILE", text(&file));
            plan.tell(service, "ALLOW_PLAIN_ENGINES", "false");
        }
    });
    let scene = scene.await.unwrap();
    let id = scene.withdraw("123.45").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;

    // The server's own word for it, of the pools and of those that listen.
    let sql = scene.sql().await.unwrap();
    let in_the_clear = "select count(*) filter (where ssl), count(*) filter (where not ssl)
                          from pg_stat_ssl join pg_stat_activity using (pid)
                         where application_name = any($1)";
    let names = Service::ALL.map(Service::name);
    let seen = sql.query_one(in_the_clear, &[&names.as_slice()]).await;
    let seen = seen.unwrap();
    assert!(seen.get::<_, i64>(0) >= 4, "{seen:?}");
    assert_eq!(seen.get::<_, i64>(1), 0);
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_database_is_believed_for_its_certificate_alone() {
    let (authority, stranger) = (Authority::called("ours"), Authority::called("a stranger"));
    let postgres = Postgres::create().await.unwrap();
    let admin = postgres.handle();
    connect(admin)
        .await
        .batch_execute("create database fresh")
        .await
        .unwrap();
    let plain = admin.database_url("fresh");
    let url = under_tls(&plain);

    assert_refused(&url, &authority, "server does not support TLS").await;
    serve_tls(admin, &authority.sign("localhost")).await;
    assert_refused(&url, &stranger, "UnknownIssuer").await;
    let by_address = format!("{plain}?sslmode=require");
    assert_refused(&by_address, &authority, "not valid for name").await;
    serve_tls(admin, &authority.sign("elsewhere.example")).await;
    assert_refused(&url, &authority, "not valid for name").await;
    serve_tls(admin, &authority.sign_expired("localhost")).await;
    assert_refused(&url, &authority, "expired").await;

    serve_tls(admin, &authority.sign("localhost")).await;
    let ended = opsctl(&url, &authority).ended(&["migrate"], "").await;
    let ended = ended.unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[tokio::test]
async fn an_authority_that_is_replaced_holds_from_the_next_connection_on() {
    let (old, new) = (Authority::called("old"), Authority::called("new"));
    let postgres = Postgres::create().await.unwrap();
    serve_tls(postgres.handle(), &old.sign("localhost")).await;
    let trust = Arc::new(Trust::of_file(old.file()));
    let address = Address::new(&under_tls(postgres.handle().admin_url()), trust).unwrap();
    let store = Store::at(address, 1, "tests").unwrap();
    store.listen_outbox().await.unwrap();

    serve_tls(postgres.handle(), &new.sign("localhost")).await;
    assert!(store.listen_outbox().await.is_err());
    // Both for a while, as whoever rotates them does.
    std::fs::write(old.file(), old.pem() + &new.pem()).unwrap();
    store.listen_outbox().await.unwrap();
}

#[tokio::test]
async fn a_broker_is_believed_for_its_certificate_alone() {
    let (authority, stranger) = (Authority::called("ours"), Authority::called("a stranger"));
    let server = authority.sign("localhost");
    let broker = RabbitMq::create_under_tls(&server.certificate, &server.key);
    let broker = broker.await.unwrap();
    let url = broker.handle().amqp_url();
    assert!(url.starts_with("amqps://"));

    link(url, &authority).channel().await.unwrap();
    assert_no_link(url, &stranger, "UnknownIssuer").await;
    let by_address = url.replace("localhost", "127.0.0.1");
    assert_no_link(&by_address, &authority, "not valid for name").await;
    // Who speaks no TLS is not let in.
    let plain = url.replace("amqps:", "amqp:");
    assert!(link(&plain, &authority).channel().await.is_err());
    // And one that speaks none is not spoken to.
    let open = stand::rabbitmq().await.unwrap().amqp_url();
    let open = open
        .replace("amqp:", "amqps:")
        .replace("127.0.0.1", "localhost");
    assert_no_link(&open, &authority, "InvalidContentType").await;
}

#[tokio::test]
async fn a_broker_whose_certificate_has_expired_is_not_believed() {
    let authority = Authority::called("ours");
    let server = authority.sign_expired("localhost");
    let broker = RabbitMq::create_under_tls(&server.certificate, &server.key);
    let broker = broker.await.unwrap();
    assert_no_link(broker.handle().amqp_url(), &authority, "expired").await;
}

fn link(url: &str, believed: &Authority) -> Link {
    let broker = BrokerSettings {
        url: Secret::new(url),
        trust: Arc::new(Trust::of_file(believed.file())),
    };
    Link::new(broker, "test")
}

async fn assert_no_link(url: &str, believed: &Authority, why: &str) {
    let refused = link(url, believed).channel().await.unwrap_err();
    assert_says(
        &format!("{:#}", anyhow::Error::from(refused)),
        url,
        &["AMQP_CA_FILE", why],
    );
}

async fn assert_refused(url: &str, believed: &Authority, why: &str) {
    let ended = opsctl(url, believed).ended(&["migrate"], "").await.unwrap();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_says(&ended.stderr, url, &["DATABASE_CA_FILE", why]);
}

/// It says these things, and not the password of the address.
fn assert_says(said: &str, address: &str, these: &[&str]) {
    for this in these {
        assert!(said.contains(this), "{this} in: {said}");
    }
    let address = url::Url::parse(address).unwrap();
    assert!(!said.contains(address.password().unwrap()), "{said}");
}

fn opsctl(url: &str, believed: &Authority) -> Opsctl {
    Opsctl::on(url).with("DATABASE_CA_FILE", text(&believed.file()))
}

fn under_tls(url: &str) -> String {
    format!("{}?sslmode=require", url.replace("127.0.0.1", "localhost"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn connect(postgres: &stand::Postgres) -> Client {
    let connected = tokio_postgres::connect(postgres.admin_url(), NoTls).await;
    let (client, connection) = connected.unwrap();
    tokio::spawn(connection);
    client
}

/// From here on the server has this certificate, beside taking connections without.
async fn serve_tls(postgres: &stand::Postgres, server: &Identity) {
    let admin = connect(postgres).await;
    // Written by the server itself, as its own files, into its own folder.
    for (file, pem) in [
        ("server.crt", &server.certificate),
        ("server.key", &server.key),
    ] {
        let lines = format!("select unnest(string_to_array('{}', E'\\n'))", pem.trim());
        let write = format!("copy ({lines}) to program 'umask 077; cat > {file}'");
        admin.batch_execute(&write).await.unwrap();
    }
    let read = "select pg_conf_load_time()::text";
    let before: String = admin.query_one(read, &[]).await.unwrap().get(0);
    admin
        .batch_execute("alter system set ssl = on")
        .await
        .unwrap();
    admin.query(RELOAD, &[]).await.unwrap();
    // A new connection knows what the server knew when it was made.
    stand::eventually(SOON, "the certificate to be read", async || {
        let read = connect(postgres).await.query_one(read, &[]).await;
        read.unwrap().get::<_, String>(0) != before
    })
    .await;
}
