// The calls that wait, as suspending functions: each runs on a thread for waiting, and the caller's goes on.
package roundsman

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** The stable code of an error: the same as over HTTP. */
val RoundsmanException.code: String
    get() = when (this) {
        is RoundsmanException.Refused -> code
    }

/** What was wrong, in English. */
val RoundsmanException.why: String
    get() = when (this) {
        is RoundsmanException.Refused -> why
    }

/** Any call of the library, off the main thread. Even the shortest that writes waits for the disk. */
suspend fun <T> Replica.io(call: Replica.() -> T): T = withContext(Dispatchers.IO) { call() }

/** [Replica.sync]. Cancelling the coroutine cancels the sync; what it had taken in stays. */
suspend fun Replica.syncAndWait(budget: SyncBudget = SyncBudget()): SyncReport = cancellable { sync(budget) }

/** [Replica.enrol]. */
suspend fun Replica.enrolAndWait(url: String, code: String, phoneName: String): Unit =
    cancellable { enrol(url, code, phoneName) }

/** [Replica.fetchPhoto]. */
suspend fun Replica.fetchPhotoAndWait(document: DocumentId, hash: PhotoHash): ByteArray =
    cancellable { fetchPhoto(document, hash) }

private suspend fun <T> Replica.cancellable(call: Replica.() -> T): T = coroutineScope {
    // Waits beside the call, to end it if this scope is cancelled; the thread then returns at once.
    val watch = launch {
        try {
            awaitCancellation()
        } finally {
            if (this@coroutineScope.coroutineContext[Job]?.isCancelled == true) cancelSync()
        }
    }
    try {
        withContext(Dispatchers.IO) { call() }
    } finally {
        watch.cancel()
    }
}
