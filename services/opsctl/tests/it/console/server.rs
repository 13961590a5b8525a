//! The console in this process, and what speaks to it.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use runtime::service::{Running, start_in_process};
use runtime::settings::Env;
use serde_json::Value;

use crate::world::World;

pub(crate) const READER: &str = "rea";
pub(crate) const OPERATOR: &str = "opa";
pub(crate) const APPROVER: &str = "apo";

pub(crate) struct Console {
    pub(crate) base: String,
    pub(crate) running: Running,
    tokens: BTreeMap<&'static str, String>,
    /// The file of tokens.
    pub(crate) lines: String,
    client: Client,
    _folder: tempfile::TempDir,
}

/// A browser that is signed in.
pub(crate) struct Browser<'a> {
    console: &'a Console,
    pub(crate) cookie: String,
}

impl Console {
    pub(crate) async fn open(world: &World) -> Self {
        Self::open_with(world, &[]).await
    }

    /// With further settings.
    pub(crate) async fn open_with(world: &World, settings: &[(&str, &str)]) -> Self {
        let (mut tokens, mut lines) = (BTreeMap::new(), String::new());
        for (name, role) in [
            (READER, "reader"),
            (OPERATOR, "operator"),
            (APPROVER, "approver"),
        ] {
            let made = format!("console token --name {name} --role {role} --json");
            let made: Value = serde_json::from_str(&world.tool().typed(&made)).unwrap();
            tokens.insert(name, made["token"].as_str().unwrap().to_owned());
            lines += &format!("{}\n", made["line"].as_str().unwrap());
        }
        Self::start(world, tokens, lines, settings).await
    }

    /// Another process of the same console, with this file of tokens.
    pub(crate) async fn beside(&self, world: &World, lines: &str) -> Self {
        Self::start(world, self.tokens.clone(), lines.to_owned(), &[]).await
    }

    async fn start(
        world: &World,
        tokens: BTreeMap<&'static str, String>,
        lines: String,
        settings: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tokens");
        std::fs::write(&file, &lines).unwrap();
        let listen = format!("127.0.0.1:{}", stand::free_port());
        let base = format!("http://{listen}");
        let url = world.database_url();
        let ours = [
            ("DATABASE_URL", url),
            ("ADMIN_LISTEN", "127.0.0.1:0"),
            ("LOG_LEVEL", "warn"),
            ("CONSOLE_LISTEN", &listen),
            ("CONSOLE_PUBLIC_URL", &base),
            ("CONSOLE_TOKENS_FILE", file.to_str().unwrap()),
        ];
        let env = Env::new(ours.into_iter().chain(settings.iter().copied()));
        let running = start_in_process("console", env, opsctl::console::start);
        Self {
            running: running.await.unwrap(),
            base,
            tokens,
            lines,
            client: Client::builder()
                .redirect(redirect::Policy::none())
                .build()
                .unwrap(),
            _folder: folder,
        }
    }

    pub(crate) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// What the API answers to this person.
    pub(crate) async fn get(&self, who: &str, path: &str) -> (StatusCode, Value) {
        let request = self.request(Method::GET, path);
        json(request.bearer_auth(self.token(who)).send().await.unwrap()).await
    }

    /// What the API answers to an act of this person.
    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.request(Method::POST, path);
        let request = request.bearer_auth(self.token(who)).json(body);
        json(request.send().await.unwrap()).await
    }

    /// What came of signing in with this token.
    pub(crate) async fn sign_in(&self, token: &str, next: &str) -> Response {
        let request = self.request(Method::POST, "/sign-in");
        let request = request.header(ORIGIN, &self.base);
        let request = form(request, &[("token", token), ("next", next)]);
        request.send().await.unwrap()
    }

    /// A browser in which this person is signed in.
    pub(crate) async fn browser(&self, who: &str) -> Browser<'_> {
        let answer = self.sign_in(self.token(who), "/").await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        Browser {
            console: self,
            cookie: cookie(&answer),
        }
    }
}

/// With these fields, as browsers send them.
pub(crate) fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.finish())
}

/// The cookie that an answer sets, as a browser sends it back.
pub(crate) fn cookie(answer: &Response) -> String {
    let set = answer.headers()[SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

pub(crate) async fn json(answer: Response) -> (StatusCode, Value) {
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

impl Browser<'_> {
    /// The same browser, whose requests come to another process.
    pub(crate) fn at<'a>(&self, console: &'a Console) -> Browser<'a> {
        Browser {
            console,
            cookie: self.cookie.clone(),
        }
    }

    /// As the script of a page looks by itself how far something is.
    pub(crate) async fn fetch_by_itself(&self, path: &str) -> Response {
        let request = self.console.request(Method::GET, path);
        let request = request.header("x-console-live", "1");
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    pub(crate) async fn fetch(&self, path: &str) -> Response {
        let request = self.console.request(Method::GET, path);
        request.header(COOKIE, &self.cookie).send().await.unwrap()
    }

    /// The page there; it must be one.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.fetch(path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    /// The token of this session's forms.
    pub(crate) async fn csrf(&self) -> String {
        let page = self.page("/cases").await;
        let (_, after) = page.split_once("name=\"csrf\" value=\"").unwrap();
        after.split('"').next().unwrap().to_owned()
    }

    /// Posts a form as a page of the console would.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let csrf = self.csrf().await;
        let fields = [fields, &[("csrf", csrf.as_str())]].concat();
        let request = self.console.request(Method::POST, path);
        let request = request.header(ORIGIN, &self.console.base);
        let request = request.header(COOKIE, &self.cookie);
        form(request, &fields).send().await.unwrap()
    }

    /// As [`Self::submit`]; answers the page that it leads to.
    pub(crate) async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
        let next = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        self.page(&next).await
    }
}
