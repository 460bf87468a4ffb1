// Comfort for those who have JavaScript; every page works without.
'use strict'

// A second press of a button does nothing while the first is on its way.
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', () => {
    setTimeout(() => {
      for (const button of form.querySelectorAll('button')) button.disabled = true
    }, 0)
  })
}
window.addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('form[method=post] button'))
    button.disabled = false
})

// What went wrong is read first.
document.querySelector('.problem')?.focus()

// A search that answers as it is typed: the field names where its results stand.
for (const field of document.querySelectorAll('input[data-results]')) {
  const results = document.getElementById(field.dataset.results)
  let asked = 0
  let timer
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), 120)
  })
  const ask = async () => {
    const mine = ++asked
    const query = new URLSearchParams(new FormData(field.form))
    const answer = await fetch(`${field.dataset.from}?${query}`, {
      credentials: 'same-origin',
    }).catch(() => null)
    if (answer === null || !answer.ok || mine !== asked) return
    results.innerHTML = await answer.text()
    const said = document.getElementById(`${field.dataset.results}-said`)
    const told = results.querySelector('[data-says]')
    if (said !== null && told !== null) said.textContent = told.dataset.says
  }
}

// Ticks all of a column.
for (const all of document.querySelectorAll('input[data-ticks]')) {
  all.hidden = false
  all.addEventListener('change', () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.ticks}"]`))
      box.checked = all.checked
  })
}
