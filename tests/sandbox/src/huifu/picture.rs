//! 图片上传, the picture interface: the only one that takes a form of several parts.
//!
//! Text parts `sys_id`, `product_id`, `data` and perhaps `sign`, and one part with the file. Go,
//! PHP and Python send it unsigned, Python with an empty `sign`; a signature that is there must
//! hold. The sandbox keeps what it can say about a picture, not the picture.

use crate::connection::Peer;
use crate::huifu::answer::{self, Data};
use crate::huifu::fault::Asked;
use crate::huifu::gateway::Stopped;
use crate::huifu::interfaces::{answer_bad_field, refuse_at_gateway, send};
use crate::huifu::operation::Operation;
use crate::huifu::refusal::Refusal;
use crate::huifu::script::{Money, Script};
use crate::huifu::table::{Field, Kind, may, read};
use crate::huifu::world::World;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Multipart, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A picture that was uploaded, without the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPicture {
    /// What an opening names it by.
    pub file_id: String,
    /// Such as F02, where it was said.
    pub file_type: Option<String>,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: usize,
    /// Whether the request was signed.
    pub signed: bool,
}

/// Any of these may be missing: the clients of four languages agree on none of them.
const TABLE: &[Field] = &[
    may("req_seq_id", 32, Kind::Text),
    may("req_date", 8, Kind::Day),
    may("huifu_id", 18, Kind::Text),
    may("file_type", 8, Kind::Text),
    may("picture", 256, Kind::Text),
    may("file_name", 256, Kind::Text),
    may("file_url", 512, Kind::Text),
];

/// The parts of a form.
#[derive(Default)]
struct Parts {
    texts: BTreeMap<String, String>,
    file: Option<Bytes>,
}

pub(crate) async fn upload(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    form: Multipart,
) -> Response {
    let parts = match take_apart(form).await {
        Ok(parts) => parts,
        Err(stopped) => return refuse_at_gateway(&world, stopped),
    };
    let data_text = parts.texts.get("data").map_or("{}", String::as_str);
    let text = |name: &str| parts.texts.get(name).map_or("", String::as_str);
    let opened =
        world
            .gateway
            .open_form(text("sys_id"), text("product_id"), text("sign"), data_text);
    let (members, signed) = match opened {
        Ok(opened) => opened,
        Err(stopped) => return refuse_at_gateway(&world, stopped),
    };
    let values = match read(TABLE, &members, "") {
        Ok(values) => values,
        Err(bad) => return answer_bad_field(&world, &bad),
    };
    let serial = values.get("req_seq_id").unwrap_or_default();
    let script = Script::of(&world.faults().take(&Asked {
        huifu_id: values.get("huifu_id").unwrap_or_default(),
        ..Asked::about(Operation::Picture, serial)
    }));
    let stored = parts
        .file
        .ok_or_else(|| Refusal::new("10000000", "无效参数[file 不能为空]"))
        .and_then(|file| store(&world, &file, values.owned("file_type"), signed, &script));
    let data = stored.unwrap_or_else(|refusal| refusal.data());
    send(&world, &peer, &data, script.reply).await
}

async fn take_apart(mut form: Multipart) -> Result<Parts, Stopped> {
    let mut parts = Parts::default();
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|_| Stopped::InvalidParameter)?
    {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(|_| Stopped::InvalidParameter)?;
        if is_file {
            parts.file = Some(bytes);
        } else {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| Stopped::IllegalCharacters)?;
            parts.texts.insert(name, text);
        }
    }
    Ok(parts)
}

fn store(
    world: &World,
    file: &[u8],
    file_type: Option<String>,
    signed: bool,
    script: &Script,
) -> Result<Data, Refusal> {
    match &script.money {
        Money::Swallow => return Err(Refusal::new("swallowed", "")),
        Money::Refuse {
            resp_code,
            resp_desc,
        } => return Err(Refusal::new(resp_code, resp_desc)),
        Money::Pay | Money::CallItShort | Money::FailAtOnce => {}
    }
    if !is_picture(file) {
        return Err(Refusal::new("10000000", "无效参数[file 图片格式错误]"));
    }
    let file_id = uuid::Uuid::new_v4().to_string();
    let digest = Sha256::digest(file);
    let picture = StoredPicture {
        file_id: file_id.clone(),
        file_type,
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        size: file.len(),
        signed,
    };
    world.register().pictures.insert(file_id.clone(), picture);
    let mut data = answer::data("00000000", "处理成功");
    data.insert("file_id", file_id);
    Ok(data)
}

/// By its first bytes: JPEG, PNG, BMP, GIF or PDF.
fn is_picture(file: &[u8]) -> bool {
    let beginnings: [&[u8]; 5] = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"BM",
        b"GIF8",
        b"%PDF-",
    ];
    beginnings.iter().any(|one| file.starts_with(one))
}
