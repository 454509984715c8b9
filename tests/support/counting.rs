//! An allocator for a test program that counts what a thread allocates and frees while it must not.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

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

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `run` allocates or frees on this thread.
pub fn allocations<R>(run: impl FnOnce() -> R) -> usize {
    let before = COUNTED.get();
    FORBIDDEN.set(true);
    let result = run();
    FORBIDDEN.set(false);
    drop(result);
    COUNTED.get() - before
}
