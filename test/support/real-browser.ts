import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'
import { needsProgram } from './needs-program.ts'

/** Chromium as Debian has it. As root it has no sandbox to be had; the pages are our own. */
export function launchChromium(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: needsProgram('chromium'), args })
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeFound {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe-core finds on a page: a line for each element. */
export async function findWithAxe(page: Page): Promise<string[]> {
  // By the protocol of the browser's tools, which no policy of a page holds up.
  const axe = await page.context().newCDPSession(page)
  await axe.send('Runtime.evaluate', { expression: AXE })
  const { result } = await axe.send('Runtime.evaluate', {
    ...{ expression: 'axe.run(document).then((r) => JSON.stringify(r.violations))' },
    ...{ awaitPromise: true, returnByValue: true },
  })
  await axe.detach()
  const found = JSON.parse(result.value as string) as readonly AxeFound[]
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  )
}

/** How many pixels of a page lie beyond its window, to the side. */
export async function overflowOf(page: Page): Promise<number> {
  const root = 'document.documentElement'
  return Number(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`))
}
