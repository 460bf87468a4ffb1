import { expect, it } from 'vitest'
import { checkCron } from '../../../src/curation/check-cron.ts'

it.each([
  '* * * * *',
  '*/15 * * * *',
  '0 6-20 * * *',
  '0,30 0 1 1 0',
  '59 23 31 12 7',
  '30 0 * * mon-FRI',
  '0 0 1 jan,dec *',
  '*/10 * * * * *',
  '0 9-17/2 * * *',
])('takes the schedule %j', (text) => {
  expect(checkCron(text)).toEqual([])
})

it.each([
  ['', 'five fields'],
  ['@daily', 'five fields'],
  ['* * * * * * *', 'five fields'],
  ['60 * * * *', 'minute'],
  ['* 24 * * *', 'hour'],
  ['* * 0 * *', 'day of month'],
  ['* * * 13 *', 'month'],
  ['* * * * 8', 'day of week'],
  ['* * * * monday', 'day of week'],
  ['5-1 * * * *', 'minute'],
  ['*/0 * * * *', 'minute'],
  ['*/5/5 * * * *', 'minute'],
  ['1-2-3 * * * *', 'minute'],
  [', * * * *', 'minute'],
  ['60 * * * * *', 'second'],
])('refuses the schedule %j and names the %s', (text, field) => {
  expect(checkCron(text)).toEqual([expect.stringContaining(field)])
})
