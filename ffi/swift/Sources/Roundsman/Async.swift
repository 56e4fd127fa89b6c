// The calls that wait, as async functions: each runs on a queue for waiting, and the caller's thread goes on.
import Foundation

private let waiting = DispatchQueue(label: "roundsman", qos: .utility, attributes: .concurrent)

extension Replica {
    /// Any call of the library, off the main thread. Even the shortest that writes waits for the disk.
    public func io<T>(_ call: @escaping @Sendable (Replica) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            waiting.async { continuation.resume(with: Result { try call(self) }) }
        }
    }

    /// `sync`. Cancelling the task cancels the sync; what it had taken in stays.
    public func syncAndWait(_ budget: SyncBudget = SyncBudget()) async throws -> SyncReport {
        try await cancellable { try $0.sync(budget: budget) }
    }

    /// `enrol`.
    public func enrolAndWait(url: String, code: String, phoneName: String) async throws {
        try await cancellable { try $0.enrol(url: url, code: code, phoneName: phoneName) }
    }

    /// `fetchPhoto`.
    public func fetchPhotoAndWait(document: DocumentId, hash: PhotoHash) async throws -> Data {
        try await cancellable { try $0.fetchPhoto(document: document, hash: hash) }
    }

    private func cancellable<T>(_ call: @escaping @Sendable (Replica) throws -> T) async throws -> T {
        try await withTaskCancellationHandler {
            try await io(call)
        } onCancel: {
            cancelSync()
        }
    }
}
