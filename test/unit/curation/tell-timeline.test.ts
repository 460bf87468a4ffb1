import { describe, expect, it } from 'vitest'
import { splitEntryLine } from '../../../src/core/entry.ts'
import {
  tellTimeline,
  type StoryDecision,
  type StoryEvent,
  type StoryStay,
} from '../../../src/curation/tell-timeline.ts'

const at = (hour: number): Date => new Date(Date.UTC(2030, 0, 1, hour))
const entry = splitEntryLine('a.example\tdomain\tnxdomain\t-\t-')

const decision = (id: number, act: StoryDecision['act'], hour: number): StoryDecision => ({
  ...{ id, act, decidedBy: 'bea', decidedAt: at(hour), reason: `reason ${id}`, urgent: false },
  proposal: null,
})

const act = (name: 'proposed' | 'approved' | 'decided', hour: number) => ({
  ...{ act: name, actor: 'carol', organisation: 'hotline', at: at(hour), revision: 1, text: '' },
  ...{ counts: true, acknowledged: [], findings: null, whom: null, decision: null },
})

const stay = (more: Partial<StoryStay>): StoryStay => ({
  ...{ list: 'phishing', entry, since: null, until: null, added: null, retired: null },
  ...{ reviews: [], ...more },
})

const told = (events: readonly StoryEvent[]): string[] =>
  events.map((one) =>
    `${one.at.getUTCHours()} ${one.act} ${one.serial ?? one.decision ?? ''}`.trim(),
  )

describe('the story of an entry', () => {
  it('goes from the proposal to the serial without it', () => {
    const proposal = {
      proposal: 'p1',
      acts: [act('proposed', 1), act('approved', 2), act('decided', 2)],
    }
    const review = {
      ...{ id: 4, cause: 'due' as const },
      acts: [
        { act: 'opened' as const, at: at(5), actor: 'bailiwick', outcome: null, reason: '' },
        { act: 'done' as const, at: at(6), actor: 'bea', outcome: 'retired' as const, reason: 'x' },
      ],
    }
    const events = tellTimeline(
      [
        stay({
          added: { ...decision(1, 'add', 2), proposal },
          since: { serial: 1, at: at(3) },
          retired: decision(2, 'retire', 6),
          until: { serial: 2, at: at(7) },
          reviews: [review, review],
        }),
      ],
      [],
    )
    expect(told(events)).toEqual([
      ...['1 proposed', '2 approved', '2 added 1', '3 published 1', '5 review-opened'],
      ...['6 review-done', '6 retired 2', '7 unpublished 2'],
    ])
    expect(events[2]).toMatchObject({ actor: 'bea', text: 'reason 1', proposal: 'p1' })
  })

  it('tells an amendment once, and no serial that the entry went with and came', () => {
    const amended = decision(2, 'amend', 4)
    const other = { ...entry, action: 'nodata' as const }
    const events = tellTimeline(
      [
        stay({
          added: decision(1, 'add', 1),
          ...{ since: { serial: 1, at: at(2) }, retired: amended, until: { serial: 2, at: at(5) } },
        }),
        stay({ entry: other, added: amended, since: { serial: 2, at: at(5) } }),
      ],
      [],
    )
    expect(told(events)).toEqual(['1 added 1', '2 published 1', '4 amended 2', '5 published 2'])
    // Of another list it is a serial of its own.
    const [first] = [stay({ until: { serial: 2, at: at(5) } })]
    const elsewhere = stay({ list: 'gambling', since: { serial: 2, at: at(5) } })
    expect(told(tellTimeline([first, elsewhere], []))).toEqual(['5 unpublished 2', '5 published 2'])
  })

  it('tells what is proposed, once for each proposal', () => {
    const open = { list: 'phishing', entry, proposal: 'p2', acts: [act('proposed', 9)] }
    expect(told(tellTimeline([], [open, open]))).toEqual(['9 proposed'])
  })
})
