import { expect, it } from 'vitest'
import { restartPauseMs } from '../../../src/main/restart-pause.ts'

it.each([
  [[], 0],
  [[-599_999], 1_000],
  [[-600_000], 0],
  [[-2, -1], 2_000],
  [[-700_000, -2, -1], 2_000],
  [Array<number>(6).fill(0), 32_000],
  [Array<number>(7).fill(0), 60_000],
  [Array<number>(16).fill(0), 60_000],
])('after crashes at %j the pause is %i ms', (crashesMs, pauseMs) => {
  expect(restartPauseMs(crashesMs, 0)).toBe(pauseMs)
})
