//! What can go wrong with the database, as far as a caller can do something about it.

use tokio_postgres::error::SqlState;

/// What the database said, without the row it said it about: a refusal's DETAIL quotes the whole
/// row, and rows hold password hashes and cards.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The server refused.
    #[error("{message} (SQLSTATE {code})")]
    Refused {
        /// Its sentence, which names tables and constraints.
        message: String,
        /// Its code.
        code: String,
    },
    /// The connection failed, or the driver did.
    #[error("no answer from the database")]
    NoAnswer(#[source] tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refusal) => Self::Refused {
                message: refusal.message().to_owned(),
                code: refusal.code().code().to_owned(),
            },
            None => Self::NoAnswer(error),
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum NoConnection {
    /// The server speaks no TLS, or is not believed to be the one that the address names.
    #[error("no TLS with the host in DATABASE_URL, believing DATABASE_CA_FILE or else this system")]
    Tls(#[source] tokio_postgres::Error),
    /// The server could not be reached, or refused.
    #[error(transparent)]
    Server(tokio_postgres::Error),
    /// The pool had none in time.
    #[error(transparent)]
    Pool(deadpool_postgres::PoolError),
}

impl From<tokio_postgres::Error> for NoConnection {
    fn from(error: tokio_postgres::Error) -> Self {
        // The driver tells its kinds apart by nothing else.
        if error.to_string() == "error performing TLS handshake" {
            Self::Tls(error)
        } else {
            Self::Server(error)
        }
    }
}

impl From<deadpool_postgres::PoolError> for NoConnection {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => match Self::from(error) {
                Self::Server(error) => Self::Pool(deadpool_postgres::PoolError::Backend(error)),
                other => other,
            },
            other => Self::Pool(other),
        }
    }
}

/// A failed statement, connection or reading.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A named constraint said no; constraint names are part of the design.
    #[error("constraint {constraint} refused the change")]
    Constraint {
        /// The name in the migrations.
        constraint: String,
        /// What the database said.
        #[source]
        source: DatabaseError,
    },
    /// Two transactions got in each other's way, or the connection was lost: the whole step may be
    /// tried again.
    #[error("the database asks to try again")]
    Retryable(#[source] DatabaseError),
    /// The statement failed and would fail again.
    #[error("a statement failed")]
    Statement(#[source] DatabaseError),
    /// No connection could be had in time.
    #[error("no database connection could be had")]
    Pool(#[source] NoConnection),
    /// The address of the database cannot be read.
    #[error("DATABASE_URL cannot be read")]
    Address(#[source] tokio_postgres::Error),
    /// The pool cannot be built.
    #[error("the connection pool cannot be built")]
    Build(#[source] deadpool_postgres::BuildError),
    /// A stored value does not parse. It is corruption, not a default.
    #[error("column {column} holds a value that cannot be")]
    Corrupt {
        /// The column's name.
        column: &'static str,
    },
    /// The database's schema is older than this program.
    #[error("the schema is at version {found}, this program needs {needed}: run opsctl migrate")]
    SchemaTooOld {
        /// The version in the database; 0 when there is none.
        found: u32,
        /// The version that this program was built for.
        needed: u32,
    },
}

impl StoreError {
    /// The constraint that refused, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { constraint, .. } => Some(constraint),
            _ => None,
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(source: tokio_postgres::Error) -> Self {
        let Some(refusal) = source.as_db_error() else {
            // No answer from the server: the connection is gone, and a fresh one may work.
            return Self::Retryable(source.into());
        };
        if let Some(constraint) = refusal.constraint() {
            let constraint = constraint.to_owned();
            return Self::Constraint {
                constraint,
                source: source.into(),
            };
        }
        let code = refusal.code();
        let again = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
        ];
        if again.contains(code) {
            Self::Retryable(source.into())
        } else {
            Self::Statement(source.into())
        }
    }
}
