//! The register: members, what was asked about them, pictures, floors, working days.
//!
//! It is locked before the book where both are needed, always in that order. It keeps everything
//! it is told until the sandbox stops: onboarding is rare, and a forgotten serial could be
//! executed twice.

use crate::clock;
use crate::huifu::cash::{Calendar, CashRule, CashType, Price};
use crate::huifu::member::{Member, MemberState, Subject, SubjectKind};
use crate::huifu::onboarding::{Onboarding, OnboardingKey, ReviewTry};
use crate::huifu::operation::Operation;
use crate::huifu::picture::StoredPicture;
use crate::huifu::review::Application;
use crate::huifu::wish::Wish;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

pub(crate) struct Register {
    members: BTreeMap<String, Member>,
    onboardings: BTreeMap<OnboardingKey, Onboarding>,
    /// What each request said, field by field. Personal.
    given: BTreeMap<OnboardingKey, BTreeMap<String, String>>,
    pub(crate) applications: BTreeMap<String, Application>,
    pub(crate) pictures: BTreeMap<String, StoredPicture>,
    pub(crate) floors: BTreeMap<CashType, Price>,
    pub(crate) calendar: Calendar,
    next_number: u64,
}

impl Register {
    /// Numbers start at the time of the start, so that a sandbox that was started anew beside a
    /// database that was not gives out no number twice.
    pub(crate) fn new() -> Self {
        Self {
            members: BTreeMap::new(),
            onboardings: BTreeMap::new(),
            given: BTreeMap::new(),
            applications: BTreeMap::new(),
            pictures: BTreeMap::new(),
            floors: BTreeMap::new(),
            calendar: Calendar::default(),
            next_number: clock::now().as_millisecond().unsigned_abs() % 1_000_000_000_000,
        }
    }

    /// The member, set up by hand if new.
    pub(crate) fn member_by_hand(&mut self, huifu_id: &str) -> &mut Member {
        self.members
            .entry(huifu_id.to_owned())
            .or_insert_with(|| Member::by_hand(huifu_id))
    }

    pub(crate) fn member(&self, huifu_id: &str) -> Option<&Member> {
        self.members.get(huifu_id)
    }

    pub(crate) fn member_mut(&mut self, huifu_id: &str) -> Option<&mut Member> {
        self.members.get_mut(huifu_id)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    pub(crate) fn kind_of(&self, huifu_id: &str) -> Option<SubjectKind> {
        let subject = self.member(huifu_id)?.subject.as_ref()?;
        Some(subject.kind)
    }

    /// Opens a member under a new number.
    pub(crate) fn open(&mut self, subject: Subject, state: MemberState) -> String {
        let huifu_id = loop {
            let huifu_id = format!("6666{:012}", self.number() % 1_000_000_000_000);
            if !self.members.contains_key(&huifu_id) {
                break huifu_id;
            }
        };
        let member = Member::registered(&huifu_id, subject, state);
        self.members.insert(huifu_id.clone(), member);
        huifu_id
    }

    pub(crate) fn login_name_taken(&self, login_name: &str) -> bool {
        let named = |member: &Member| {
            let subject = member.subject.as_ref();
            subject.is_some_and(|subject| subject.login_name.as_deref() == Some(login_name))
        };
        self.members.values().any(named)
    }

    /// A number for a card, as long as the one of the reference's sample.
    pub(crate) fn new_token_no(&mut self) -> String {
        format!("1{:012}", self.number() % 1_000_000_000_000)
    }

    pub(crate) fn new_apply_no(&mut self, now: Timestamp) -> String {
        let day = clock::beijing(now).strftime("%y%m%d").to_string();
        format!("{day}{:012}", self.number() % 1_000_000_000_000)
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    /// Counts a request. True: the serial was executed before.
    pub(crate) fn note_request(&mut self, wish: &Wish, now: Timestamp) -> bool {
        let found = self
            .onboardings
            .entry(wish.key.clone())
            .or_insert_with(|| Onboarding {
                key: wish.key.clone(),
                operation: wish.operation,
                requests: 0,
                executions: 0,
                resp_code: String::new(),
                huifu_id: wish.huifu_id.clone(),
                apply_no: None,
                token_no: None,
                review: None,
                unknown_fields: wish.unknown.clone(),
                received_at: now,
                callbacks: Vec::new(),
            });
        found.requests += 1;
        let repeated = found.executions > 0;
        if !repeated {
            self.given.insert(wish.key.clone(), wish.given.clone());
        }
        repeated
    }

    pub(crate) fn onboarding_mut(&mut self, key: &OnboardingKey) -> Option<&mut Onboarding> {
        self.onboardings.get_mut(key)
    }

    pub(crate) fn note_callback(&mut self, key: &OnboardingKey, one: ReviewTry) {
        if let Some(onboarding) = self.onboardings.get_mut(key) {
            onboarding.callbacks.push(one);
        }
    }

    /// Every request, oldest first.
    pub(crate) fn onboardings(&self) -> Vec<Onboarding> {
        let mut all: Vec<Onboarding> = self.onboardings.values().cloned().collect();
        all.sort_by_key(|one| one.received_at);
        all
    }

    /// The newest request with this serial, of whatever day.
    pub(crate) fn newest_with_serial(&self, req_seq_id: &str) -> Option<&Onboarding> {
        self.onboardings
            .values()
            .filter(|one| one.key.req_seq_id == req_seq_id)
            .max_by_key(|one| one.received_at)
    }

    /// What the newest request with this serial said.
    pub(crate) fn given(&self, req_seq_id: &str) -> Option<BTreeMap<String, String>> {
        let key = &self.newest_with_serial(req_seq_id)?.key;
        self.given.get(key).cloned()
    }

    /// What a rule costs on the day of a request.
    pub(crate) fn price(&self, rule: &CashRule, cash_type: CashType, req_date: &str) -> Price {
        let day = Date::strptime("%Y%m%d", req_date).ok();
        let working_day = day.is_some_and(|day| self.calendar.is_working_day(day));
        rule.price_on(cash_type, working_day)
    }

    /// The name a request is about: that of the new member, or of the one it changes.
    pub(crate) fn subject_name<'a>(&'a self, wish: &'a Wish) -> Option<&'a str> {
        let changed = || {
            let member = self.member(wish.huifu_id.as_deref()?)?;
            member.subject.as_ref()
        };
        let subject = wish.subject.as_ref().or_else(changed)?;
        Some(&subject.name)
    }

    /// Whether this interface may be asked about an application that another one made.
    pub(crate) fn application(&self, apply_no: &str, operation: Operation) -> Option<&Application> {
        let merchants = operation == Operation::MerchantStatusQuery;
        self.applications
            .get(apply_no)
            .filter(|one| one.operation.is_for_merchants() == merchants)
    }
}
