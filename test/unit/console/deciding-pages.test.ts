import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addDays, dayOf } from '../../../src/core/day.ts'
import { getPage, hiddenOf, sendForm, type GotPage } from '../../support/console-forms.ts'
import { openConsoleWorld, OURS, THEIRS, type ConsoleWorld } from '../../support/console-world.ts'
import { readPage } from '../../support/read-page.ts'
import type { Browser } from '../../support/sign-in-host.ts'

let world: ConsoleWorld
let browser: Browser

beforeEach(async () => {
  world = openConsoleWorld()
  await world.fill()
  await world.host.addWithPassword(
    'paula',
    ...(['curator', 'publisher'] as const).map((role) => ({ list: OURS, role })),
  )
  browser = world.host.browser()
  await browser.signIn('paula')
})

afterEach(() => {
  expect(world.host.faults).toEqual([])
  world.host.close()
})

const show = (path: string): Promise<GotPage> => getPage(world.host, browser, path)

/** Sends the form of that action with what it carries hidden. */
async function submit(
  page: string,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<GotPage> {
  const find = readPage((await show(page)).html)
  const form = find(`form[action="${action}"]`)[0]!
  const hidden = [...form.querySelectorAll('input[type=hidden]')].map((field): [string, string] => [
    field.getAttribute('name')!,
    field.getAttribute('value') ?? '',
  ])
  return sendForm(world.host, browser, action, { ...Object.fromEntries(hidden), ...fields })
}

describe('the page of a review', () => {
  const action = '/console/reviews/1/outcome'

  it('ends it, once', async () => {
    const hidden = await hiddenOf(world.host, browser, '/console/reviews/1')
    expect(hidden['tag']).toBeDefined()
    const reviewOn = addDays(dayOf(new Date()), 20)
    const fields = { outcome: 'kept', reason: 'seen', reviewOn }
    const done = await submit('/console/reviews/1', action, fields)
    expect([done.status, done.location]).toEqual([303, '/console/reviews/1?done=saved'])
    const { html } = await show('/console/reviews/1')
    expect(html).toContain(reviewOn)
    expect(readPage(html)(`form[action="${action}"]`)).toEqual([])
  })

  it('keeps what was typed, and says beside the field what is wrong', async () => {
    const fields = { outcome: 'kept', reason: 'seen today', reviewOn: '2000-01-01' }
    const refused = await submit('/console/reviews/1', action, fields)
    expect(refused.status).toBe(400)
    const find = readPage(refused.html)
    expect(find('input[name=reviewOn]')[0]!.getAttribute('aria-invalid')).toBe('true')
    expect(find('textarea[name=reason]')[0]!.textContent).toBe('seen today')
    expect(world.host.store.reviews.find(1)?.doneAt).toBeNull()
  })

  it('of another list is not there', async () => {
    expect((await show('/console/reviews/2')).status).toBe(404)
    expect((await show('/console/decisions/2')).status).toBe(404)
    expect((await show(`/console/publish/${THEIRS}`)).status).toBe(404)
  })
})

it('the page of reviews asks for one, and leads to it', async () => {
  const asked = await submit('/console/reviews', '/console/reviews/asked', {
    ...{ list: OURS, value: 'listed.example', reason: 'its owner wrote' },
  })
  expect([asked.status, asked.location]).toEqual([303, '/console/reviews/3?done=saved'])
})

it('the page of a decision shows what came', async () => {
  const find = readPage((await show('/console/decisions/1')).html)
  expect(find('main')[0]!.textContent).toContain('listed.example')
})

it('the page of publishing shows what would come, and a button to who may', async () => {
  const find = readPage((await show(`/console/publish/${OURS}`)).html)
  expect(find('main table')[0]!.textContent).toContain('listed.example')
  expect(find(`form[action="/console/publish/${OURS}"]`)).toHaveLength(1)
})

describe('the page of what is urgent', () => {
  it('retires with one click and a reason, and shows what readers have of it', async () => {
    const action = '/console/urgent/retire'
    const fields = { list: OURS, value: 'listed.example' }
    const without = await submit('/console/urgent', action, fields)
    expect(without.status).toBe(400)
    const find = readPage(without.html)
    expect(find('textarea[name=reason]')[0]!.getAttribute('aria-invalid')).toBe('true')
    expect(find('input[name=value]')[0]!.getAttribute('value')).toBe('listed.example')
    const done = await submit('/console/urgent', action, { ...fields, reason: 'it is a bank' })
    expect([done.status, done.location]).toEqual([303, '/console/decisions/3?done=decided'])
    // Nothing signs in this world.
    world.host.faults.length = 0
    const { html } = await show('/console/urgent')
    const text = readPage(html)('main table')[0]!.textContent
    for (const told of ['it is a bank', 'not yet', 'open']) expect(text).toContain(told)
  })
})
