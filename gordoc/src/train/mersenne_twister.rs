//! The peer's generator of row orders: MT19937 and its shuffle.
//!
//! Used only where the peer's order of rows must be met; everything else draws from
//! [`super::random`].

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// MT19937, seeded by an integer with the classic linear recurrence.
pub(crate) struct MersenneTwister {
    state: [u32; SIZE],
    next: usize,
}

impl MersenneTwister {
    /// The generator of a seed.
    pub(crate) fn new(seed: u32) -> Self {
        let mut state = [seed; SIZE];
        let mut last = seed;
        for (item, index) in state.iter_mut().skip(1).zip(1_u32..) {
            last = 1_812_433_253_u32
                .wrapping_mul(last ^ (last >> 30))
                .wrapping_add(index);
            *item = last;
        }
        Self { state, next: SIZE }
    }

    fn refill(&mut self) {
        for index in 0..SIZE {
            let joined =
                (self.state[index] & 0x8000_0000) | (self.state[(index + 1) % SIZE] & 0x7fff_ffff);
            let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + SHIFT) % SIZE] ^ (joined >> 1) ^ twist;
        }
        self.next = 0;
    }

    fn draw(&mut self) -> u32 {
        if self.next == SIZE {
            self.refill();
        }
        let mut draw = self.state[self.next];
        self.next += 1;
        draw ^= draw >> 11;
        draw ^= (draw << 7) & 0x9d2c_5680;
        draw ^= (draw << 15) & 0xefc6_0000;
        draw ^ (draw >> 18)
    }

    /// Uniform in `0..=most`; 0 uses no draw.
    fn bounded(&mut self, most: u32) -> u32 {
        if most == 0 {
            return 0;
        }
        let mask = u32::MAX >> most.leading_zeros();
        loop {
            let draw = self.draw() & mask;
            if draw <= most {
                return draw;
            }
        }
    }

    /// Row numbers `0..rows` in the peer's shuffled order.
    pub(crate) fn order(&mut self, rows: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rows).collect();
        for last in (1..rows).rev() {
            let most = u32::try_from(last).expect("a machine has fewer than 2^32 rows");
            order.swap(last, self.bounded(most) as usize);
        }
        order
    }
}
