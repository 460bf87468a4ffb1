import { describe, expect, it } from 'vitest'
import { loadPlots, type PlotWords } from '../../../src/console/plots/draw-plots.ts'
import { readPage } from '../../support/read-page.ts'

const WORDS: PlotWords = {
  id: 'size-phishing',
  title: 'Size of <phishing>',
  description: 'From 1 to "3" & up',
}

const DAYS = [
  { day: '2030-01-01', entries: null, added: 0, retired: 0 },
  { day: '2030-01-02', entries: 1, added: 1, retired: 0 },
  { day: '2030-01-03', entries: 3, added: 4, retired: 2 },
]

/** Bars of a series. */
const barsOf = (svg: string, series: number): number =>
  readPage(svg)(`.series-${series} rect`).length

describe('a plot', () => {
  it('says to whoever cannot see it what it shows', async () => {
    const { size } = await loadPlots()
    const find = readPage(`<body>${size(DAYS, WORDS)}</body>`)
    const [svg] = find('svg')
    expect(svg!.getAttribute('role')).toBe('img')
    expect(svg!.getAttribute('aria-labelledby')).toBe('size-phishing-title size-phishing-desc')
    expect(find('#size-phishing-title')[0]!.textContent).toBe('Size of <phishing>')
    expect(find('#size-phishing-desc')[0]!.textContent).toBe('From 1 to "3" & up')
  })

  it('has nothing that the policy of pages forbids, and no colour of its own', async () => {
    const { size, changes, bars } = await loadPlots()
    const names = [{ name: '<b>&"', value: 3 }]
    for (const svg of [size(DAYS, WORDS), changes(DAYS, WORDS), bars(names, WORDS)]) {
      expect(svg).not.toMatch(/<style|<script|\sstyle=|\son\w+=|<b>|white|black|#[0-9a-f]{3}|rgb/i)
      for (const [, colour] of svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)) {
        expect(['currentColor', 'none']).toContain(colour)
      }
    }
  })

  it('draws days that have something, and none where there is nothing', async () => {
    const { changes, size, bars } = await loadPlots()
    expect([3, 2].map((one) => barsOf(changes(DAYS, WORDS), one))).toEqual([2, 1])
    expect([3, 2].map((one) => barsOf(changes(DAYS.slice(0, 1), WORDS), one))).toEqual([0, 0])
    expect(size([], WORDS)).toContain('<svg')
    expect(size(DAYS.slice(0, 1), WORDS)).toContain('<svg')
    expect(
      barsOf(
        bars(
          [
            { name: 'a', value: 2 },
            { name: 'b', value: 1 },
          ],
          WORDS,
        ),
        1,
      ),
    ).toBe(2)
  })
})
