//! The C side: SQLite calls these functions for every access to a file.
//!
//! SQLite's promises that the `unsafe` code rests on: the `sqlite3_vfs` it passes is the one registered
//! here; the `sqlite3_file` it passes to a method was filled by [`open`] and is used by one thread at a
//! time; buffers are as long as it says; names end with a zero byte.
#![allow(
    unsafe_code,
    reason = "a SQLite VFS is a table of C functions; this file is the only place that speaks C"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{ptr, slice};

use rusqlite::ffi;

use super::disk::{FileId, Operation};
use super::locks::{Busy, Hold, Level};
use super::state::State;
use super::{Fault, HandleId, lock};

/// SQLite allocates `szOsFile` bytes for each open file; they hold this. Plain data: never dropped.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    state: &'static Mutex<State>,
    handle: HandleId,
    file: FileId,
}

/// The kinds of files whose folder SQLite's Unix layer syncs with them.
const JOURNALS: c_int = ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL;

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // 2: with a WAL index, without memory-mapped reads.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(raise_lock),
    xUnlock: Some(lower_lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes SQLite know the machine under this name, for the life of the process.
pub(super) fn register(name: &str, state: &'static Mutex<State>) {
    let name = CString::new(name).unwrap_or_default();
    assert!(!name.is_empty(), "a VFS name is not empty and has no zero");
    // SAFETY: both calls take what they ask for; the VFS and its name are leaked, so they live on.
    unsafe {
        assert!(ffi::sqlite3_vfs_find(name.as_ptr()).is_null(), "the VFS name {name:?} is taken");
        let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<OpenFile>().try_into().unwrap_or(c_int::MAX),
            mxPathname: 1_024,
            pNext: ptr::null_mut(),
            zName: name.into_raw(),
            pAppData: ptr::from_ref(state).cast_mut().cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: None,
            xCurrentTimeInt64: Some(current_time_ms),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        assert_eq!(ffi::sqlite3_vfs_register(vfs, 0), ffi::SQLITE_OK);
    }
}

/// # Safety
/// `vfs` is one that [`register`] made.
unsafe fn machine(vfs: *mut ffi::sqlite3_vfs) -> &'static Mutex<State> {
    // SAFETY: `register` put a reference with static lifetime there.
    unsafe { &*(*vfs).pAppData.cast::<Mutex<State>>() }
}

/// # Safety
/// `file` was filled by [`open`] and is not closed.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a OpenFile {
    // SAFETY: as the caller promises.
    unsafe { &*file.cast::<OpenFile>() }
}

/// # Safety
/// `name` ends with a zero byte.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

fn code(result: Result<(), Fault>, io_error: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(Fault::Full) if io_error == ffi::SQLITE_IOERR_WRITE => ffi::SQLITE_FULL,
        Err(Fault::Full | Fault::Io) => io_error,
    }
}

fn lock_code(result: Result<(), Busy>) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(Busy) => ffi::SQLITE_BUSY,
    }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: `file` has room for an `OpenFile`; a null name asks for a temporary file.
    unsafe {
        // Tells SQLite not to close the file should opening fail.
        (*file).pMethods = ptr::null();
        let state = machine(vfs);
        let name = if name.is_null() { None } else { text(name) };
        let opened = lock(state).open(
            name,
            flags & ffi::SQLITE_OPEN_CREATE != 0,
            flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0,
            flags & JOURNALS != 0,
        );
        let Ok(Some((handle, id))) = opened else {
            return ffi::SQLITE_CANTOPEN;
        };
        file.cast::<OpenFile>().write(OpenFile {
            base: ffi::sqlite3_file { pMethods: &METHODS },
            state,
            handle,
            file: id,
        });
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    lock(open.state).close(open.handle);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    // SAFETY: the buffer is `length` bytes long.
    let (open, buffer) = unsafe {
        let buffer = slice::from_raw_parts_mut(buffer.cast::<u8>(), length);
        (opened(file), buffer)
    };
    let state = lock(open.state);
    let held = state.bytes(open.file).get(offset..).unwrap_or_default();
    let found = &held[..held.len().min(length)];
    buffer[..found.len()].copy_from_slice(found);
    // SQLite asks for zeros past the end.
    buffer[found.len()..].fill(0);
    if found.len() == length { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    let (Ok(length), Ok(offset)) = (usize::try_from(length), usize::try_from(offset)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: the buffer is `length` bytes long.
    let (open, bytes) = unsafe {
        let bytes = slice::from_raw_parts(buffer.cast::<u8>(), length);
        (opened(file), bytes)
    };
    let written = lock(open.state).perform(Operation::Write { file: open.file, offset, bytes: bytes.into() });
    code(written, ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let Ok(size) = usize::try_from(size) else {
        return ffi::SQLITE_IOERR_TRUNCATE;
    };
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let file = open.file;
    let cut = lock(open.state).perform(Operation::Truncate { file, size });
    code(cut, ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let synced = lock(open.state).perform(Operation::Sync { file: open.file });
    code(synced, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: `size` is SQLite's to write to.
    unsafe {
        let open = opened(file);
        *size = i64::try_from(lock(open.state).bytes(open.file).len()).unwrap_or(i64::MAX);
    }
    ffi::SQLITE_OK
}

fn level(number: c_int) -> Level {
    match number {
        ffi::SQLITE_LOCK_NONE => Level::None,
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        _ => Level::Exclusive,
    }
}

unsafe extern "C" fn raise_lock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let mut state = lock(open.state);
    let locks = &mut state.sharing(open.file).locks;
    lock_code(locks.raise(open.handle, level(to)))
}

unsafe extern "C" fn lower_lock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let mut state = lock(open.state);
    let locks = &mut state.sharing(open.file).locks;
    locks.lower(open.handle, level(to));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, reserved: *mut c_int) -> c_int {
    // SAFETY: `reserved` is SQLite's to write to.
    unsafe {
        let open = opened(file);
        let mut state = lock(open.state);
        *reserved = c_int::from(state.sharing(open.file).locks.is_reserved());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(
    _file: *mut ffi::sqlite3_file,
    _operation: c_int,
    _argument: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite's Unix layer says.
    4_096
}

unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    // What SQLite's Unix layer says, and what the disk here keeps to.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    address: *mut *mut c_void,
) -> c_int {
    let (Ok(region), Ok(size)) = (usize::try_from(region), usize::try_from(size)) else {
        return ffi::SQLITE_IOERR_SHMMAP;
    };
    // SAFETY: `address` is SQLite's to write to; the region stays until this handle is unmapped.
    unsafe {
        let open = opened(file);
        let mut state = lock(open.state);
        let index = &mut state.sharing(open.file).index;
        let mapped = index.map(open.handle, region, size, extend != 0);
        *address = mapped.map_or(ptr::null_mut(), |words| words.cast_mut().cast());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    let (Ok(first), Ok(count)) = (usize::try_from(first), usize::try_from(count)) else {
        return ffi::SQLITE_IOERR_SHMLOCK;
    };
    let slots: Range<usize> = first..first + count;
    let how = if flags & ffi::SQLITE_SHM_SHARED != 0 { Hold::Shared } else { Hold::Exclusive };
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let mut state = lock(open.state);
    let index = &mut state.sharing(open.file).index;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        index.unlock(open.handle, slots);
        return ffi::SQLITE_OK;
    }
    lock_code(index.lock(open.handle, slots, how))
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: see the head of this file.
    let open = unsafe { opened(file) };
    let mut state = lock(open.state);
    state.sharing(open.file).index.unmap(open.handle);
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: see the head of this file.
    let (state, name) = unsafe { (machine(vfs), text(name)) };
    let mut state = lock(state);
    let Some(name) = name.filter(|name| state.file(name).is_some()) else {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    };
    let deleted = state.perform(Operation::Delete { name: name.to_owned(), folder_synced: sync_folder != 0 });
    code(deleted, ffi::SQLITE_IOERR_DELETE)
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    question: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: `answer` is SQLite's to write to.
    unsafe {
        let state = lock(machine(vfs));
        let file = text(name).and_then(|name| state.file(name));
        // As in SQLite's Unix layer, an empty file does not exist.
        let empty_counts = question != ffi::SQLITE_ACCESS_EXISTS;
        let yes = file.is_some_and(|file| empty_counts || !state.bytes(file).is_empty());
        *answer = c_int::from(yes);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: `out` has `room` bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if usize::try_from(room).is_ok_and(|room| name.len() <= room) {
            ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
            return ffi::SQLITE_OK;
        }
    }
    ffi::SQLITE_CANTOPEN
}

unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    // SQLite takes randomness from the default VFS only; this is here because the table needs it.
    // SAFETY: `out` has `length` bytes.
    unsafe { ptr::write_bytes(out, 0, usize::try_from(length).unwrap_or(0)) };
    length
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    let wait = u64::try_from(microseconds).unwrap_or(0);
    std::thread::sleep(Duration::from_micros(wait));
    microseconds
}

/// Milliseconds since noon of the day on which Julian days begin, as SQLite counts.
fn julian_ms() -> i64 {
    const UNIX_EPOCH_JULIAN_MS: i64 = 210_866_760_000_000;
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH_JULIAN_MS + i64::try_from(since_epoch.as_millis()).unwrap_or(0)
}

unsafe extern "C" fn current_time_ms(_vfs: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: `out` is SQLite's to write to.
    unsafe { *out = julian_ms() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    #[allow(clippy::cast_precision_loss, reason = "SQLite's older interface gives days as a float")]
    let days = julian_ms() as f64 / 86_400_000.0;
    // SAFETY: `out` is SQLite's to write to.
    unsafe { *out = days };
    ffi::SQLITE_OK
}
