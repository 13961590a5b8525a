// What can be said of a page by measuring it. Answers JSON; changes nothing.
const root = document.documentElement;
const shown = element => {
  const box = element.getBoundingClientRect();
  // What is a pixel large is for those who do not see it.
  return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === 'visible';
};
const name = element => element.outerHTML.slice(0, 120);
const all = selector => [...document.querySelectorAll(selector)].filter(shown);
const radios = 'input[type=radio], input[type=checkbox]';

// A finger hits the label as well as the button in it. A link in a sentence may be as low as the
// sentence is.
const target = element => (element.matches(radios) && element.closest('label')) || element;
const hit = 'button, select, textarea, summary, a[href], input:not([type=hidden])';
const low = element => {
  const box = target(element).getBoundingClientRect();
  const inline = element.matches('a') && getComputedStyle(element).display === 'inline';
  return box.width < 24 || (box.height < 24 && !inline);
};

// Wider than what it is shown in, and the rest is hidden or over the edge. What can be scrolled to,
// by keyboard as well, is neither.
const scrolls = element => element.matches('[tabindex="0"]')
  && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
const cut = element => {
  if (scrolls(element) || element.parentElement.closest('[tabindex="0"]')) return false;
  const box = element.getBoundingClientRect();
  const hides = getComputedStyle(element).overflowX !== 'visible' && !element.matches('input, select');
  return box.right > root.clientWidth + 1 || box.left < -1
    || (hides && element.scrollWidth > element.clientWidth + 1);
};

// Read to those who cannot see it only by being named from here.
const described = element => {
  const ids = (element.getAttribute('aria-describedby') || '').split(' ').filter(id => id);
  return ids.length > 0 && ids.every(id => document.getElementById(id)?.textContent.trim());
};

// The edge of a field must be seen as well as large letters are: 3 to 1.
const light = color => {
  const [r, g, b] = color.match(/[\d.]+/g).map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
};
const ground = element => {
  const color = getComputedStyle(element).backgroundColor;
  return /, 0\)$/.test(color) && element.parentElement ? ground(element.parentElement) : color;
};
const faint = field => {
  const edge = light(getComputedStyle(field).borderTopColor);
  return [field, field.parentElement].some(other => {
    const beside = light(ground(other));
    return Math.max(edge, beside) / Math.min(edge, beside) < 3;
  });
};

const blocking = script => script.src && !script.defer && !script.async && script.type !== 'module';
const painted = performance.getEntriesByType('paint').map(entry => entry.name);

return {
  width: root.scrollWidth,
  room: root.clientWidth,
  cut: all('body *').filter(cut).map(name),
  low: all(hit).filter(low).map(name),
  undescribed: [...document.querySelectorAll('[aria-invalid=true]')].filter(e => !described(e)).map(name),
  faint: all('input:not([type=radio]):not([type=checkbox]), select, textarea').filter(faint).map(name),
  remembered: [...document.querySelectorAll('input[type=password]')]
    .filter(input => !['off', 'new-password', 'one-time-code'].includes(input.autocomplete)).map(name),
  blocking: [...document.scripts].filter(blocking).map(name),
  inline: [...document.scripts].filter(script => !script.src && script.type !== 'application/json').map(name),
  painted: painted.includes('first-contentful-paint'),
  moving: document.getAnimations().filter(a => a.playState === 'running').length,
};
