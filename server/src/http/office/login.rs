//! Signing in and out, replacing a password, choosing a language.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::body;
use super::sign_in::{self, Replaced, Tried};
use super::visit::{Asking, Visit, set_cookie, to};
use crate::audit::Origin;
use crate::auth::accounts;
use crate::auth::password::PASSWORD_CHARS_MIN;
use crate::auth::session;
use crate::console::{
    self, LANG_COOKIE, Lang, LoginError, LoginView, PasswordError, PasswordView, Text, paths,
};
use crate::error::Problem;
use crate::http::address::Address;

/// A year: the choice of a language is kept until the next.
const LANG_AGE_S: u32 = 365 * 24 * 3600;

#[derive(Deserialize)]
pub(super) struct LoginForm {
    login: String,
    password: String,
    csrf: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    old: String,
    new: String,
    again: String,
    csrf: String,
}

#[derive(Deserialize)]
pub(super) struct BareForm {
    csrf: String,
}

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    lang: String,
    back: String,
    csrf: String,
}

/// `GET /login`
pub(super) async fn form(visit: Visit) -> Response {
    if visit.session.is_some() {
        return to(paths::CASES);
    }
    login_page(&visit, StatusCode::OK, "", None)
}

/// `POST /login`
pub(super) async fn enter(
    visit: Visit,
    Address(address): Address,
    Asking(origin): Asking,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Response {
    let entered = async {
        let form = body::form(form)?;
        if !visit.vouches_for(&form.csrf) {
            return Ok(login_page(&visit, StatusCode::FORBIDDEN, &form.login, Some(LoginError::Expired)));
        }
        let password = Zeroizing::new(form.password);
        match sign_in::try_password(&visit.app, &form.login, password, &origin, address).await? {
            // Not 401: the form is simply asked again, and no scheme could be named in its header.
            Tried::Wrong => Ok(login_page(&visit, StatusCode::OK, &form.login, Some(LoginError::Wrong))),
            Tried::Paused(wait_s) => {
                let error = Some(LoginError::TooMany);
                let mut page = login_page(&visit, StatusCode::TOO_MANY_REQUESTS, &form.login, error);
                page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
                Ok(page)
            }
            Tried::Right(account) => {
                let token = sign_in::open(&visit.app, &account, &visit.token, origin).await?;
                let mut answer = to(if account.one_time { paths::PASSWORD } else { paths::CASES });
                set_cookie(&mut answer, &token.set_cookie(visit.app.secure));
                Ok(answer)
            }
        }
    };
    let entered = entered.await;
    visit.answer(entered)
}

fn login_page(visit: &Visit, status: StatusCode, login: &str, error: Option<LoginError>) -> Response {
    let view = LoginView { login: Text::from(login), error };
    visit.page(status, console::login(&visit.frame(), &view))
}

/// `POST /logout`
pub(super) async fn leave(visit: Visit, form: Result<Form<BareForm>, FormRejection>) -> Response {
    let left = async {
        let form = body::form(form)?;
        check(&visit, &form.csrf)?;
        let digest = visit.token.digest();
        visit.app.write(move |batch, _| Ok(accounts::end_session(batch.db, &digest)?)).await?;
        let mut answer = to(paths::LOGIN);
        set_cookie(&mut answer, &session::clear_cookie(visit.app.secure));
        Ok(answer)
    };
    let left = left.await;
    visit.answer(left)
}

/// `GET /password`
pub(super) async fn password_form(visit: Visit) -> Response {
    match &visit.session {
        Some(_) => password_page(&visit, None),
        None => to(paths::LOGIN),
    }
}

/// `POST /password`
pub(super) async fn change_password(
    visit: Visit,
    Address(address): Address,
    Asking(origin): Asking,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Response {
    let changed = async {
        let form = body::form(form)?;
        let Some(session) = &visit.session else { return Ok(to(paths::LOGIN)) };
        check(&visit, &form.csrf)?;
        if form.new != form.again {
            return Ok(password_page(&visit, Some(PasswordError::Differ)));
        }
        let login = session.account.login.clone();
        let (old, new) = (Zeroizing::new(form.old), Zeroizing::new(form.new));
        let origin = Origin { person: Some(session.account.person), ..origin.clone() };
        let account = match sign_in::replace(&visit.app, &login, old, new, origin.clone(), address).await? {
            Replaced::Done(account) => account,
            Replaced::OldWrong => return Ok(password_page(&visit, Some(PasswordError::OldWrong))),
            Replaced::TooShort => return Ok(password_page(&visit, Some(PasswordError::TooShort))),
            Replaced::Same => return Ok(password_page(&visit, Some(PasswordError::Same))),
            Replaced::Paused(wait_s) => return Err(sign_in::paused(wait_s)),
        };
        // Every session of the account has ended, this one too; whoever changed it goes on in a new one.
        let token = sign_in::open(&visit.app, &account, &visit.token, origin).await?;
        let mut answer = to(paths::CASES);
        set_cookie(&mut answer, &token.set_cookie(visit.app.secure));
        Ok(answer)
    };
    let changed = changed.await;
    visit.answer(changed)
}

fn password_page(visit: &Visit, error: Option<PasswordError>) -> Response {
    let chars_min = u64::try_from(PASSWORD_CHARS_MIN).unwrap_or(u64::MAX);
    visit.page(StatusCode::OK, console::password(&visit.frame(), &PasswordView { chars_min, error }))
}

/// `POST /language`
pub(super) async fn language(visit: Visit, form: Result<Form<LanguageForm>, FormRejection>) -> Response {
    let chosen = body::form(form).and_then(|form| {
        check(&visit, &form.csrf)?;
        let mut answer = to(paths::back(&form.back));
        if let Some(lang) = Lang::from_tag(&form.lang) {
            let flag = if visit.app.secure { "; Secure" } else { "" };
            let tag = lang.tag();
            let cookie =
                format!("{LANG_COOKIE}={tag}; Path=/; Max-Age={LANG_AGE_S}; HttpOnly; SameSite=Lax{flag}");
            set_cookie(&mut answer, &cookie);
        }
        Ok(answer)
    });
    visit.answer(chosen)
}

fn check(visit: &Visit, csrf: &str) -> Result<(), Problem> {
    if visit.vouches_for(csrf) {
        return Ok(());
    }
    Err(Problem::new(ErrorCode::CsrfInvalid, "the form is not from a page of this browser, or is too old"))
}
