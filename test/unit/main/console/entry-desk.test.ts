import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entryDesk } from '../../../../src/main/console/entry-desk.ts'
import type { Store } from '../../../../src/store/open-store.ts'
import { applyPolicy, decidingOf, PEOPLE, proposeValues, TWO } from '../../../support/deciding.ts'
import {
  AT,
  decide,
  definitionOf,
  publish,
  storeWithList,
} from '../../../support/store-builders.ts'

let store: Store
let list: number

beforeEach(() => {
  ;({ store, list } = storeWithList())
})

afterEach(() => store.close())

describe('the story of an entry', () => {
  it('has its stays, newest first, and everything that happened, oldest first', () => {
    decide(store, list, { add: ['a.example'] })
    publish(store, list)
    decide(store, list, { retire: ['a.example'] })
    publish(store, list)
    decide(store, list, { add: ['a.example'] })
    const story = entryDesk({ store }).story(PEOPLE.carol, { value: 'A.example.' })
    expect(story.value).toBe('a.example')
    expect(story.stays).toMatchObject([
      { isListed: true, since: null, until: null, addedBy: 3 },
      { isListed: false, since: { serial: 1 }, until: { serial: 2 }, retiredBy: 2 },
    ])
    expect(story.timeline.map(({ act, serial }) => `${act} ${serial ?? ''}`.trim())).toEqual([
      ...['added', 'published 1', 'retired', 'unpublished 2', 'added'],
    ])
    expect(story.isCut).toBe(false)
  })

  it('has what covers it, and what is proposed about it', () => {
    applyPolicy(store, { ...TWO })
    decide(store, list, { add: ['example.test'] })
    proposeValues(decidingOf(store, PEOPLE.carol), { add: ['new.example'] })
    const desk = entryDesk({ store })
    expect(desk.story(PEOPLE.carol, { value: 'www.example.test' }).stays).toMatchObject([
      { value: 'example.test', kind: 'domain' },
    ])
    const { stays, timeline } = desk.story(PEOPLE.carol, { value: 'new.example' })
    expect(stays).toEqual([])
    expect(timeline).toMatchObject([{ act: 'proposed', proposal: 'p1', actor: 'carol' }])
  })

  it('tells nothing of lists that are not for the person', () => {
    const { rowId } = store.lists.apply(definitionOf('hidden', { visibility: 'restricted' }), {
      ...{ at: AT, actor: 'adam', place: 'q'.repeat(26) },
    }).list
    decide(store, rowId, { add: ['hidden.example', 'both.example'] })
    decide(store, list, { add: ['both.example'] })
    const desk = entryDesk({ store })
    const code = (value: string, only?: string): unknown => {
      try {
        const asked = { value, ...(only !== undefined && { list: only }) }
        return desk.story(PEOPLE.carol, asked).stays.map((stay) => stay.list)
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(code('both.example')).toEqual(['phishing'])
    expect(code('hidden.example')).toBe('entry/not-found')
    expect(code('both.example', 'hidden')).toBe('list/not-found')
    expect(code('no value!')).toBe('name/invalid')
  })
})
