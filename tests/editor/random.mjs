// A seeded generator: the same seed gives the same documents everywhere.
let state = 1
export const seed = (number) => { state = Number(number) }
export const random = () => { // mulberry32
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
export const below = (n) => Math.floor(random() * n)
export const pick = (list) => list[below(list.length)]
export const chance = (p) => random() < p
export const times = (n, f) => Array.from({ length: n }, f)
