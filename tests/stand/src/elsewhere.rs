//! Runs async work from where there is no runtime to run it on: `Drop`.

use std::thread;
use std::time::Duration;

use anyhow::Result;

/// Longer than dropping a database under load takes; a broker that is gone must not hold a test.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs `work` to its end on a thread and runtime of its own, and waits for it.
///
/// Errors are swallowed: this tidies up after a test, and what is left behind is removed by
/// [`sweep`](crate::sweep). Waiting is needed: the test's process may end right after.
pub(crate) fn finish<F>(work: F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await? })
    });
    drop(thread.join());
}
