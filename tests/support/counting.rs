//! An allocator that counts, on a thread that is told not to, how often it allocates or frees.
//!
//! Not here: what must not allocate. Make it the program's with `#[global_allocator]`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counting.
pub struct Counting;

thread_local! {
    static FORBIDDEN: Cell<bool> = const { Cell::new(false) };
    static COUNTED: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    if FORBIDDEN.get() {
        COUNTED.set(COUNTED.get() + 1);
    }
}

// SAFETY: everything is the system allocator's; counting touches only this thread's cells.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(memory, layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// How often `run` allocates or frees on this thread.
pub fn allocations<R>(run: impl FnOnce() -> R) -> usize {
    let before = COUNTED.get();
    FORBIDDEN.set(true);
    let result = run();
    FORBIDDEN.set(false);
    drop(result);
    COUNTED.get() - before
}
