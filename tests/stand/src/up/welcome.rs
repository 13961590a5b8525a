//! What a person is told once everything runs.

use std::path::Path;

use super::{System, shown};
use crate::system::{Sandbox, Service};
use crate::tenant;

pub(super) fn lines(system: &System, opsctl: &Path, folder: &Path) -> Vec<String> {
    let (plan, sandboxes) = (&system.plan, system.standing.sandboxes());
    let shop = sandboxes.url(Sandbox::Partner);
    let huifu = sandboxes.url(Sandbox::Huifu);
    let sms = sandboxes.url(Sandbox::Sms);
    let env_file = shown(&folder.join("tixian.env"));
    let opsctl = shown(opsctl);
    let mut lines = vec![
        String::new(),
        format!("  Open in a browser    {shop}/"),
        format!("  Password to type     {}", tenant::PASSWORD),
        format!("  What the shop hears  {shop}/notices"),
        format!("  What users are sent  {sms}/"),
        String::new(),
        "  444.01 yuan fails at the bank, 444.02 for want of money, 444.04 times out after paying;"
            .to_owned(),
        "  `huifu-sandbox --help` has the other magic amounts.".to_owned(),
        String::new(),
        format!("  Intake               {}", plan.intake_url()),
        format!("  Our public keys      {}", plan.jwks_url()),
        format!("  Huifu calls back     {}", plan.callback_url()),
        format!("  Huifu's book         {huifu}/admin/book"),
    ];
    for service in Service::ALL {
        let metrics = format!("{}/metrics", plan.admin_url(service));
        lines.push(format!("  {:20} {metrics}", service.name()));
    }
    lines.extend([
        String::new(),
        "  To try as an operator:".to_owned(),
        format!("    set -a; . {env_file}; set +a"),
        format!("    {opsctl} partner list"),
        format!("    {opsctl} withdrawal show ORDER_ID"),
        format!("    {opsctl} dead-letter list"),
        String::new(),
        format!("  Addresses and ids    {env_file}"),
        format!("  Logs                 {}", shown(&folder.join("log"))),
        "  Stop everything      make down".to_owned(),
    ]);
    lines
}
