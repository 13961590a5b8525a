//! `POST /v1/onboarding/materials`: a picture, which forms then name by our number of it.
//!
//! What is no picture, or too large, is refused before anything is sealed or written.

use contract::partner::ErrorCode;
use contract::partner::onboarding::{MaterialAnswer, MaterialRequest};
use runtime::data_keys::{DataKeyError, context};
use runtime::ids;
use serde_json::json;
use store::materials::{self, Inserted, Material, NewMaterial};

use crate::api::{Call, Endpoint};
use crate::body;
use crate::openapi::{Bilingual, Components, Described, Example, MATERIAL, object};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Materials;

impl Endpoint for Materials {
    const PATH: &'static str = "/v1/onboarding/materials";
    const LONGEST_BODY: usize = body::LONGEST;
    const CODES: &'static [ErrorCode] = &[
        ErrorCode::RequestMalformed,
        ErrorCode::FieldMissing,
        ErrorCode::FieldTooLong,
        ErrorCode::MaterialTooLarge,
        ErrorCode::MaterialKindUnsupported,
        ErrorCode::MaterialConflict,
    ];
    type Answer = MaterialAnswer;

    fn described(components: &mut Components) -> Described {
        Described {
            id: "keepMaterial",
            tag: "onboarding",
            summary: Bilingual::new("上传材料图片", "Send in a picture of a document"),
            description: Bilingual::new(
                "在申请之前上传；申请表中以返回的 material_id 引用。同一 material_no 重复提交相同内容，\
                 返回相同结果。",
                "Before the application, whose form names it by the material_id that is answered. \
                 The same material_no with the same picture is answered as before.",
            ),
            parameters: Vec::new(),
            body: Some(components.add("MaterialRequest", object(&MATERIAL))),
            examples: vec![Example {
                name: "licence",
                summary: Bilingual::new("营业执照", "A business licence"),
                body: json!({
                    "material_no": "M-1", "file_type": "F07", "content": "iVBORw0KGgo=",
                }),
                answer: json!({
                    "material_id": "M01KASGXE00000000000000000A", "material_no": "M-1",
                }),
            }],
        }
    }

    async fn answer(mut call: Call<'_>) -> Result<MaterialAnswer, Refusal> {
        let request = MaterialRequest::parse(call.body)?;
        let partner = call.partner_id();
        let earlier =
            materials::find_by_no(&call.connection, partner, &request.material_no).await?;
        let earlier = match earlier {
            Some(earlier) => earlier,
            None => match write(&mut call, &request).await? {
                Written::New(answer) => return Ok(answer),
                Written::Exists(earlier) => earlier,
            },
        };
        if !is_repeat(&call, &request, &earlier)? {
            return Err(Refusal::from(ErrorCode::MaterialConflict).at("material_no"));
        }
        Ok(MaterialAnswer {
            material_id: earlier.id,
            material_no: earlier.material_no,
        })
    }
}

enum Written {
    New(MaterialAnswer),
    /// The same number came at the same moment and was first.
    Exists(Material),
}

async fn write(call: &mut Call<'_>, request: &MaterialRequest) -> Result<Written, Refusal> {
    let id = ids::new_material_id();
    let partner = &call.caller.partner.id;
    let keys = &call.front.data_keys;
    let number = &request.material_no;
    let sealed = keys.seal(&context::content(&id), &request.content);
    let digest = keys.digest(&context::content_digest(partner, number), &request.content);
    let size_bytes = i32::try_from(request.content.len())
        .expect("a picture was refused that is larger than its limit");
    let new = NewMaterial {
        id: &id,
        partner,
        material_no: number,
        file_type: &request.file_type,
        media_type: request.media_type.as_str(),
        size_bytes,
        content_sealed: &sealed,
        content_digest: &digest,
    };
    let tx = call.connection.begin("intake: keep picture").await?;
    match materials::insert(&tx, call.now, &new).await? {
        Inserted::New => tx.commit().await?,
        Inserted::Exists(earlier) => return Ok(Written::Exists(earlier)),
    }
    tracing::info!(material_id = %id, partner_id = %partner, size_bytes, "picture kept");
    Ok(Written::New(MaterialAnswer {
        material_id: id,
        material_no: number.clone(),
    }))
}

/// Whether the picture that has this number is the one of this request.
fn is_repeat(
    call: &Call<'_>,
    request: &MaterialRequest,
    earlier: &Material,
) -> Result<bool, DataKeyError> {
    let context = context::content_digest(call.partner_id(), &request.material_no);
    let keys = &call.front.data_keys;
    let same = keys.has_digest(&context, &request.content, &earlier.content_digest)?;
    Ok(same && earlier.file_type == request.file_type)
}
