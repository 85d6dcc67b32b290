//! A service station: `c` servers behind one queue, first come, first served.
//!
//! ```text
//!             waiting, at most `queue`      in service
//!  arrivals ─► ▢ ▢ ▢ ──────────────────► (server 0) ─► done
//!        └─► refused when full           (server 1) ─► done
//! ```
//!
//! Nobody leaves the queue early, so an arrival's start and end are known the moment it comes: no
//! event is needed while it waits. Arrivals have to come in order of time.

use std::collections::VecDeque;

/// What becomes of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is served.
    Served {
        /// When service begins.
        start_ns: u64,
        /// When it is done.
        end_ns: u64,
    },
    /// The queue is full.
    Refused,
}

/// The servers, when each is free, and who waits.
#[derive(Debug, Clone)]
pub struct Station {
    free_at_ns: Vec<u64>,
    /// Start times of those who wait, ascending.
    waiting: VecDeque<u64>,
    queue: usize,
    busy_ns: u64,
    peak: u32,
}

impl Station {
    /// A station of `servers`, at least one, where at most `queue` may wait.
    #[must_use]
    pub fn new(servers: u32, queue: Option<u32>) -> Self {
        Self {
            free_at_ns: vec![0; servers.max(1) as usize],
            waiting: VecDeque::new(),
            queue: queue.map_or(usize::MAX, |most| most as usize),
            busy_ns: 0,
            peak: 0,
        }
    }

    /// Takes in an arrival that needs `service_ns`, or refuses it.
    pub fn admit(&mut self, now_ns: u64, service_ns: u64) -> Admission {
        while self.waiting.front().is_some_and(|&start| start <= now_ns) {
            self.waiting.pop_front();
        }
        let (server, free_at_ns) = self.first_free();
        if free_at_ns > now_ns && self.waiting.len() >= self.queue {
            return Admission::Refused;
        }
        let start_ns = free_at_ns.max(now_ns);
        if start_ns > now_ns {
            self.waiting.push_back(start_ns);
        }
        let end_ns = start_ns.saturating_add(service_ns);
        self.free_at_ns[server] = end_ns;
        self.busy_ns = self.busy_ns.saturating_add(service_ns);
        self.note_peak(now_ns, start_ns);
        Admission::Served { start_ns, end_ns }
    }

    /// Empties the station: its machine was off until `at_ns`.
    pub fn restart(&mut self, at_ns: u64) {
        self.waiting.clear();
        self.free_at_ns.iter_mut().for_each(|free| *free = (*free).min(at_ns));
    }

    /// Time spent in service, also of what is admitted and not done yet.
    #[must_use]
    pub fn busy_ns(&self) -> u64 {
        self.busy_ns
    }

    /// Most that were in service at once.
    #[must_use]
    pub fn peak(&self) -> u32 {
        self.peak
    }

    /// The server that is free first; the first of several.
    #[inline]
    fn first_free(&self) -> (usize, u64) {
        let mut best = (0, self.free_at_ns[0]);
        for (server, &free) in self.free_at_ns.iter().enumerate().skip(1) {
            if free < best.1 {
                best = (server, free);
            }
        }
        best
    }

    fn note_peak(&mut self, now_ns: u64, start_ns: u64) {
        let servers = self.free_at_ns.len() as u32;
        if self.peak == servers {
            return;
        }
        // Whoever has to wait finds all servers busy.
        let busy = if start_ns > now_ns {
            servers
        } else {
            self.free_at_ns.iter().filter(|&&free| free > now_ns).count() as u32
        };
        self.peak = self.peak.max(busy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(start_ns: u64, end_ns: u64) -> Admission {
        Admission::Served { start_ns, end_ns }
    }

    #[test]
    fn those_who_come_first_are_served_first() {
        let mut station = Station::new(2, None);
        assert_eq!(station.admit(0, 10), served(0, 10));
        assert_eq!(station.admit(1, 4), served(1, 5));
        assert_eq!(station.admit(2, 1), served(5, 6));
        assert_eq!(station.admit(2, 9), served(6, 15));
        assert_eq!(station.admit(20, 1), served(20, 21));
        assert_eq!((station.busy_ns(), station.peak()), (25, 2));
    }

    #[test]
    fn a_full_queue_refuses() {
        let mut station = Station::new(1, Some(1));
        assert_eq!(station.admit(0, 10), served(0, 10));
        assert_eq!(station.admit(1, 10), served(10, 20));
        assert_eq!(station.admit(2, 10), Admission::Refused);
        // At 10 the one that waited is in service, and its place is free.
        assert_eq!(station.admit(10, 10), served(20, 30));
        let mut no_queue = Station::new(1, Some(0));
        assert_eq!(no_queue.admit(0, 10), served(0, 10));
        assert_eq!(no_queue.admit(9, 10), Admission::Refused);
        assert_eq!(no_queue.admit(10, 10), served(10, 20));
    }

    #[test]
    fn a_restart_forgets_everybody() {
        let mut station = Station::new(1, None);
        station.admit(0, 100);
        station.admit(1, 100);
        station.restart(50);
        assert_eq!(station.admit(50, 1), served(50, 51));
    }
}
