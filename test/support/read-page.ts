import { parseHTML } from 'linkedom'

/** What the tests look at in an element. */
export interface PageElement {
  readonly id: string
  readonly tagName: string
  readonly textContent: string
  readonly outerHTML: string
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
  readonly getAttribute: (name: string) => string | null
  readonly querySelector: (selector: string) => PageElement | null
  readonly querySelectorAll: (selector: string) => Iterable<PageElement>
}

/** The elements of a page's HTML that a selector of CSS finds. */
export function readPage(html: string): (selector: string) => PageElement[] {
  const { document } = parseHTML(html) as unknown as { readonly document: PageElement }
  return (selector) => [...document.querySelectorAll(selector)]
}
