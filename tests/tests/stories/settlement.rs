//! 和解备忘: a ceiling soaked by a leak from the roof. The sum is above the site director's authority, the
//! developer agrees on a sheet, the owner signs, then it is paid.

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{SettlementId, SheetId};
use roundsman_sync_core::model::fact::{
    Escalation, Report, SettlementConsent, SettlementDraft, SettlementPayment, Sheet, SheetReply,
    SheetSending, SheetSignature, Visit,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, Fact, Fen, Level, Nature, NewEntry, PartyKind, SignOffOutcome,
    SignOffSubject, Urgency, Way,
};
use roundsman_sync_core::replica::SignOffResult;
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn a_settlement_is_agreed_above_signed_by_the_owner_and_only_then_paid() {
    let mut town = Town::new("2026-10-12 09:00");
    let mut new = matter(
        town.site,
        CaseKind::Complaint,
        Channel::WalkIn,
        "repair/compensation",
        "屋面渗漏多次未修好，客厅吊顶泡坏，要求赔偿。",
    );
    new.place.room = Some("1802".to_owned());
    new.urgency = Urgency::Important;
    let case = town.receive(Who::Housekeeper, new);
    let valid = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    town.phone(Who::Housekeeper).classify(case, valid).unwrap();
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Escalated(Escalation { to: Level::SiteDirector }),
        "涉及赔付，主任到场。",
    );
    town.meet();
    town.at("2026-10-12 10:30");
    town.say(Who::Director, case, None, Fact::Investigated, "屋面防水 9 月返修未做闭水试验，吊顶损坏属实。");
    let report = Report { way: Some(Way::InPerson), denies_fault: None };
    town.say(Who::Director, case, None, Fact::PlanTold(report), "屋面重做；吊顶按原样恢复或折价赔付。");

    let settlement = SettlementId::from_bytes([8; 16]);
    town.at("2026-10-13 15:00");
    let draft = SettlementDraft { settlement, sum: Fen(320_000), level: Level::SiteDirector };
    town.say(Who::Director, case, None, Fact::SettlementDrafted(draft), "一次性赔付吊顶损失，双方再无争议。");
    let sheet = SheetId::from_bytes([9; 16]);
    let written = Sheet {
        sheet,
        party: PartyKind::Developer,
        party_name: "锦绣置业".to_owned(),
        reply_by: Some(at("2026-10-16 18:00")),
    };
    town.say(Who::Director, case, None, Fact::SheetWritten(written), "请授权赔付 3,200 元。");
    let sign = |level| Fact::SheetSigned(SheetSignature { sheet, level });
    town.say(Who::Director, case, None, sign(Level::SiteDirector), "");
    town.meet();
    town.at("2026-10-14 09:00");
    town.say(Who::Manager, case, None, sign(Level::CustomerService), "");
    town.say(Who::Manager, case, None, sign(Level::GeneralManager), "");
    town.say(Who::Manager, case, None, Fact::SheetSent(SheetSending { sheet }), "");
    let consent = SettlementConsent { settlement, level: Level::CustomerService, sheet: Some(sheet) };
    town.say(Who::Manager, case, None, Fact::SettlementConsented(consent), "");
    town.at("2026-10-15 16:00");
    town.say(Who::Manager, case, None, Fact::SheetReplied(SheetReply { sheet, agrees: true }), "同意。");
    town.meet();

    town.at("2026-10-16 10:00");
    let pay = || Fact::SettlementPaid(SettlementPayment { settlement, sum: Fen(320_000) });
    let unsigned = town.phone(Who::Manager).record(case, None, NewEntry::now(pay(), ""));
    assert_eq!(unsigned.unwrap_err().code, ErrorCode::ProcedureForbids, "signed before paid");
    let shown = town.phone(Who::Director).settlement_statement(case, settlement).unwrap();
    assert!(shown.text.contains("3200.00") && shown.text.contains("再无争议"), "{}", shown.text);
    let result = SignOffResult {
        subject: SignOffSubject::Settlement,
        settlement: Some(settlement),
        outcome: SignOffOutcome::Signed,
        signer: "周建国",
        relation: "owner",
        strokes_png: Some(b"strokes"),
        shown: &shown,
    };
    town.phone(Who::Director).sign_off(case, None, &result).unwrap();
    town.meet();
    town.at("2026-10-19 11:00");
    town.say(Who::Manager, case, None, pay(), "银行转账");
    town.meet();
    town.say(
        Who::Director,
        case,
        None,
        Fact::Reported(Report { way: Some(Way::Phone), denies_fault: None }),
        "款项已付，屋面已重做并闭水 48 小时。",
    );
    town.at("2026-10-20 10:00");
    let visit = Visit { way: Some(Way::InPerson), satisfaction: Some(3), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "接受，望以后一次修好。");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    assert_reads("settlement", &town.shown(case));
}
