import { expect, it } from 'vitest'
import { openPace } from '../../../src/main/pace.ts'

it('lets through so many a second, evenly, and makes up for no pause', async () => {
  let nowMs = 1000
  const slept: number[] = []
  const pace = openPace(5, {
    nowMs: () => nowMs,
    sleep: (ms) => {
      slept.push(ms)
      return Promise.resolve()
    },
  })
  await Promise.all([pace(), pace(), pace()])
  expect(slept).toEqual([0, 200, 400])
  nowMs = 1500
  await pace()
  nowMs = 9000
  await Promise.all([pace(), pace()])
  expect(slept.slice(3)).toEqual([100, 0, 200])
})
