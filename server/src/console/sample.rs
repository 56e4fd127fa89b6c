//! Views of a believable day, to be rendered, tested and looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod quarantine;

use chrono_tz::Asia::Shanghai;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, PhotoHash, SignOffId};

use super::*;

/// Makes views whose every text from outside ends in the same few characters.
pub(super) struct Sample {
    /// What each text ends in: nothing, or something hostile.
    pub(super) ending: String,
}

const MORNING_MS: i64 = 1_795_220_463_000; // 2026-11-21 08:21:03 +08:00

fn moment(minutes: i64) -> Moment {
    Moment::at(Timestamp::from_millis(MORNING_MS + minutes * 60_000), Shanghai)
}

fn witness(not_before: Option<i64>, received: i64) -> Witness {
    let time = |minutes: i64| Timestamp::from_millis(MORNING_MS + minutes * 60_000 + 417);
    Witness::new(not_before.map(time), time(received), Shanghai)
}

impl Sample {
    fn text(&self, text: &str) -> Text {
        Text::from(format!("{text}{}", self.ending))
    }

    fn stated(&self, by: &str, minutes: i64) -> Stated {
        Stated { by: self.text(by), at: moment(minutes) }
    }

    fn one(name: &'static str, value: Value) -> Field {
        Field { name, register: Register::of(value) }
    }

    fn two(&self, name: &'static str, values: [(Value, &str, i64); 2]) -> Field {
        let values = values.map(|(value, by, at)| (value, Some(self.stated(by, at))));
        Field { name, register: Register { values: values.into() } }
    }

    pub(super) fn frame(&self, lang: Lang, signed_in: bool) -> Frame {
        let person = SignedIn { name: self.text("林晓芸"), role: "reception".to_owned() };
        Frame {
            lang,
            organisation: self.text("安居物业"),
            person: signed_in.then_some(person),
            refused: 3,
            csrf: "0f3c9a".to_owned(),
            here: format!("/?q={}", self.ending),
        }
    }

    pub(super) fn cases(&self) -> CaseListView {
        let row = |n: u8, place: &str, subject: &str, gist: &str, urgency: &str, status: &str| CaseRow {
            id: DocumentId::from_bytes([n; 16]),
            number: (n != 4).then(|| self.text(&format!("2026-11-{:04}", 480 - u16::from(n)))),
            place: self.text(place),
            subject: subject.to_owned(),
            gist: self.text(gist),
            urgency: urgency.to_owned(),
            status: status.to_owned(),
            assignees: vec![self.text("周建国")],
            changed: moment(-37 * i64::from(n)),
            parallel_edits: 0,
            photos_owed: 0,
            refused: 0,
        };
        let mut rows = vec![
            row(
                1,
                "3栋 · 2单元 · 电梯厅",
                "equipment/lift",
                "电梯停在 7 楼不动，里面有人，语音正常，已通知维保。",
                "urgent",
                "arrived",
            ),
            row(
                2,
                "B2 车库 · 117 号车位",
                "parking/illegal_parking",
                "固定车位被外来车辆占用，车窗没有留电话。",
                "important",
                "dispatched",
            ),
            row(
                3,
                "5栋 · 1单元 · 1203",
                "equipment/plumbing",
                "厨房下水管漏水，楼下 1103 天花板已有水渍。",
                "important",
                "signed_off",
            ),
            row(
                4,
                "7栋 · 顶层",
                "noise",
                "Rooftop fan rattles all night; residents on 32 and 33 complain again.",
                "general",
                "received",
            ),
            row(
                5,
                "园区东门",
                "equipment/door",
                "门禁刷卡无反应，访客与住户均需人工放行。",
                "general",
                "closed",
            ),
        ];
        rows[0].assignees.push(self.text("陈立"));
        rows[0].parallel_edits = 2;
        rows[0].photos_owed = 1;
        rows[1].refused = 1;
        rows[3].assignees.clear();
        CaseListView {
            filter: CaseFilter {
                q: format!("电梯 3栋{}", self.ending),
                urgency: "urgent".to_owned(),
                ..CaseFilter::default()
            },
            departments: vec![
                Choice { value: "engineering".into(), name: "engineering".into() },
                Choice { value: "security".into(), name: "security".into() },
                Choice { value: "special".into(), name: format!("Gardens{}", self.ending) },
            ],
            found: Found::Exactly(1_284),
            rows,
            older: Some(format!("c3RlcA=={}", self.ending)),
            made_at: moment(3),
        }
    }

    pub(super) fn no_cases(&self) -> CaseListView {
        let filter = CaseFilter { after: "x".to_owned(), ..CaseFilter::default() };
        CaseListView { filter, found: Found::Exactly(0), rows: Vec::new(), older: None, ..self.cases() }
    }

    fn photo(&self, n: u8, role: &str, caption: &str, place: PhotoPlace) -> Photo {
        Photo {
            hash: PhotoHash::of(&[n]),
            role: role.to_owned(),
            caption: (!caption.is_empty()).then(|| self.text(caption)),
            taken: self.stated("周建国", 12 + i64::from(n)),
            bytes: 3_260_000,
            has_preview: false,
            place,
        }
    }

    fn photos(&self) -> Vec<Photo> {
        let here = |media_type: &str| PhotoPlace::Here { media_type: media_type.to_owned() };
        vec![
            self.photo(1, "before", "7 楼层门外，指示灯常亮", here("image/jpeg")),
            self.photo(2, "evidence", "控制柜故障码 E35", here("image/jpeg")),
            self.photo(3, "after", "恢复运行", here("image/heic")),
            self.photo(
                4,
                "after",
                "",
                PhotoPlace::OnPhone {
                    holder: self.text("陈立"), device: Some(self.text("陈立的手机"))
                },
            ),
        ]
    }

    fn timeline(&self) -> Vec<Entry> {
        let entry = |kind: &str,
                     by: &str,
                     device: Option<&str>,
                     note: &str,
                     at: i64,
                     witness: Witness,
                     flags: &[&str]| Entry {
            kind: kind.to_owned(),
            order: (kind != "received").then(|| self.text("1")),
            stated: self.stated(by, at),
            device: device.map(|name| self.text(name)),
            told: None,
            note: (!note.is_empty()).then(|| self.text(note)),
            declared: None,
            taken_over: (kind == "received").then(|| "0190c0de-0000-7000-8000-000000000001.00ff".to_owned()),
            witness,
            time_flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
            photos: Vec::new(),
        };
        let phone = Some("华为 Mate 60（夜班）");
        let mut entries = vec![
            entry(
                "received",
                "林晓芸",
                None,
                "来电：被困两人，一老一小，情绪稳定。",
                0,
                witness(Some(0), 0),
                &[],
            ),
            entry("dispatched", "林晓芸", None, "", 2, witness(Some(2), 2), &[]),
            entry(
                "arrived",
                "周建国",
                phone,
                "到 7 楼层门外，已与轿厢内通话，请乘客不要扒门。",
                11,
                witness(Some(-2), 46),
                &["declared_later", "clock_jump"],
            ),
            entry("arrived", "陈立", Some("红米 K70"), "", 74, witness(None, 47), &["clock_ahead", "reboot"]),
            entry(
                "completed",
                "周建国",
                phone,
                "维保 08:49 到场放人，乘客无受伤。\n更换门锁触点，试运行 20 次正常。",
                41,
                witness(Some(-2), 46),
                &[],
            ),
        ];
        entries[1].told = Some(self.text("已派单给电梯维保单位，急修先电话通知，事后补单"));
        entries[2].declared = Some((moment(8), self.text("井道里没有信号，手也腾不开")));
        entries[4].photos = self.photos().into_iter().take(2).collect();
        entries
    }

    fn sign_offs(&self) -> Vec<SignOff> {
        let sign_off = |n: u8, outcome: &str, fit: Fit, drawn: Drawn| SignOff {
            id: SignOffId::from_bytes([n; 16]),
            subject: "completion".to_owned(),
            outcome: outcome.to_owned(),
            order: Some(self.text("1")),
            statement: self.text(
                "完工确认 Confirmation of completed work\n\
                 报事 Case: 01010101-0101-0101-0101-010101010101\n\
                 地点 Place: 3栋 · 2单元 · 电梯厅\n\
                 事项 Matter: 电梯停在 7 楼不动\n\
                 到场 Arrived: 2026-11-21 00:32 UTC\n\
                 完成 Completed: 2026-11-21 01:02 UTC\n",
            ),
            digest: PhotoHash::of(b"statement"),
            fit,
            signer: (n == 1).then(|| self.text("王秀兰")),
            relation: (n == 1).then(|| "owner".to_owned()),
            drawn,
            taken: self.stated("周建国", 44),
            witness: witness(Some(-2), 46),
        };
        vec![
            sign_off(1, "signed", Fit::Fits, Drawn::Here),
            sign_off(2, "signed", Fit::Outdated, Drawn::OnPhone { holder: self.text("陈立") }),
            sign_off(3, "signed", Fit::Broken, Drawn::Withheld),
            sign_off(4, "absent", Fit::Fits, Drawn::None),
        ]
    }

    fn orders(&self) -> Vec<Order> {
        let term = |vocabulary, code: &str| Value::Term(vocabulary, code.to_owned());
        let assignees =
            [(Value::Text(self.text("周建国")), "林晓芸", 2), (Value::Text(self.text("陈立")), "赵主管", 5)];
        vec![
            Order {
                name: self.text("1"),
                status: "completed".to_owned(),
                fields: vec![
                    Self::one("department", term(Vocabulary::Department, "engineering")),
                    self.two("assignee", assignees),
                    Self::one("order_kind", term(Vocabulary::OrderKind, "minor")),
                    Self::one("liability", term(Vocabulary::Liability, "warranty")),
                    Self::one(
                        "party",
                        Value::Named(
                            Vocabulary::Party,
                            "maintenance".to_owned(),
                            self.text("迅达电梯维保（浦东）"),
                        ),
                    ),
                    Self::one("appointment", Value::Window(moment(20), moment(140))),
                ],
            },
            Order {
                name: self.text("2"),
                status: "dispatched".to_owned(),
                fields: vec![
                    Self::one("department", term(Vocabulary::Department, "security")),
                    Field { name: "assignee", register: Register::default() },
                    Self::one("rework_of", Value::Text(self.text("1"))),
                ],
            },
        ]
    }

    pub(super) fn case(&self) -> CaseView {
        let term = |vocabulary, code: &str| Value::Term(vocabulary, code.to_owned());
        let urgencies = [
            (term(Vocabulary::Urgency, "urgent"), "林晓芸", 1),
            (term(Vocabulary::Urgency, "important"), "周建国", 12),
        ];
        CaseView {
            id: DocumentId::from_bytes([1; 16]),
            number: Some(self.text("2026-11-0479")),
            subject: "equipment/lift".to_owned(),
            status: "completed".to_owned(),
            fields: vec![
                Self::one("kind", term(Vocabulary::Kind, "repair")),
                Self::one("channel", term(Vocabulary::Channel, "phone")),
                Self::one("place", Value::Text(self.text("3栋 · 2单元 · 电梯厅"))),
                Self::one("subject", Value::Subject("equipment/lift".to_owned())),
                self.two("urgency", urgencies),
                Self::one("reported_at", Value::Time(moment(0))),
                Self::one("nature", Value::Cleared),
                Self::one("external_number", Value::Text(self.text("12345-20261121-0088"))),
                Self::one("anonymous", term(Vocabulary::Answer, "no")),
                Self::one("about", Value::Text(self.text("孙浩"))),
            ],
            description: self.text(
                "3栋2单元电梯停在 7 楼不动，轿厢内两人，语音正常。\n物业已通知维保单位，预计 20 分钟到场。",
            ),
            contact: Some(Contact {
                fields: vec![
                    Self::one("name", Value::Text(self.text("王秀兰"))),
                    Self::one("phone", Value::Text(self.text("138 0013 8000"))),
                    Self::one("address", Value::Text(self.text("3栋 2单元 902"))),
                ],
                own_words: Some(self.text("我妈和孩子在里面，快点来人！")),
            }),
            orders: self.orders(),
            timeline: self.timeline(),
            photos: self.photos(),
            sign_offs: self.sign_offs(),
            refused: vec![RefusedEdit {
                id: "0190c0de-0000-7000-8000-000000000001.00ff".to_owned(),
                code: "role_not_permitted".to_owned(),
                reason: self.text("a guard may not set the nature of a case"),
                by: self.text("孙浩"),
                device: Some(self.text("小米 13")),
                received: moment(47),
                tried: self.text("nature: communicative\nnote: 业主只是咨询"),
            }],
            made_at: moment(48),
        }
    }

    /// A case of which nothing but its start has arrived.
    fn bare_case(&self) -> CaseView {
        CaseView {
            number: None,
            status: "received".to_owned(),
            contact: None,
            orders: Vec::new(),
            timeline: Vec::new(),
            photos: Vec::new(),
            sign_offs: Vec::new(),
            refused: Vec::new(),
            ..self.case()
        }
    }

    /// Every page in one language, each with a name for its file.
    pub(super) fn pages(&self, lang: Lang) -> Vec<(String, String)> {
        let (inside, outside) = (self.frame(lang, true), self.frame(lang, false));
        let mut pages = vec![
            ("cases".to_owned(), cases(&inside, &self.cases()).unwrap()),
            ("cases-none".to_owned(), cases(&inside, &self.no_cases()).unwrap()),
            ("case".to_owned(), case(&inside, &self.case()).unwrap()),
            ("case-bare".to_owned(), case(&inside, &self.bare_case()).unwrap()),
        ];
        pages.extend(self.quarantine_pages(&inside));
        let errors = [LoginError::Wrong, LoginError::TooMany, LoginError::Expired];
        for (n, error) in [None].into_iter().chain(errors.map(Some)).enumerate() {
            let view = LoginView { login: self.text("lin"), error };
            pages.push((format!("login-{n}"), login(&outside, &view).unwrap()));
        }
        let errors =
            [PasswordError::OldWrong, PasswordError::TooShort, PasswordError::Differ, PasswordError::Same];
        for (n, error) in [None].into_iter().chain(errors.map(Some)).enumerate() {
            let view = PasswordView { chars_min: 10, error };
            pages.push((format!("password-{n}"), password(&inside, &view).unwrap()));
        }
        for why in [Failure::NotFound, Failure::Forbidden, Failure::Internal] {
            let request = format!("req-1{}", self.ending);
            pages.push((format!("failure-{}", why.status()), failure(&inside, why, &request).unwrap()));
        }
        pages
    }
}
