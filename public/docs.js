// What the other pages offer too: language and theme, chosen once for all of them, and copy buttons.
const kept = {
  get(name) {
    try {
      return localStorage.getItem(`pitel-${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`pitel-${name}`, value);
    } catch {
      // It holds until the page is left.
    }
  },
};

const words = {
  en: { copied: 'Copied', selected: 'Selected', other: 'Tiếng Việt' },
  vi: { copied: 'Đã sao chép', selected: 'Đã chọn', other: 'English' },
};
const address = new URL(location.href);
const named = address.searchParams.get('lang');
// As on the other pages: `?lang=vi` is a choice like one by the button.
if (Object.hasOwn(words, named)) kept.set('language', named);
let language = [named, kept.get('language'), navigator.language.startsWith('vi') ? 'vi' : 'en'].find((one) =>
  Object.hasOwn(words, one),
);
const root = document.documentElement;
const theme = document.querySelector('#theme');
const switcher = document.querySelector('#language');
const spoken = [...document.querySelectorAll('[data-vi]')].map((element) => ({
  element,
  en: [...element.childNodes],
  vi: nodesOf(element.dataset.vi),
}));
const labels = [...document.querySelectorAll('[data-vi-label]')].map((element) => ({
  element,
  en: element.getAttribute('aria-label'),
  vi: element.dataset.viLabel,
}));

/** Code stands between backticks. */
function nodesOf(text) {
  return text.split('`').map((part, nth) => {
    if (nth % 2 === 0) return document.createTextNode(part);
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
}

function speak() {
  root.lang = language;
  switcher.textContent = words[language].other;
  switcher.lang = language === 'vi' ? 'en' : 'vi';
  for (const { element, ...texts } of spoken) {
    element.lang = language;
    element.replaceChildren(...texts[language]);
  }
  for (const { element, ...texts } of labels) element.setAttribute('aria-label', texts[language]);
}
switcher.addEventListener('click', () => {
  language = language === 'vi' ? 'en' : 'vi';
  kept.set('language', language);
  address.hash = location.hash;
  address.searchParams.delete('lang');
  history.replaceState(null, '', address);
  speak();
});

const chosen = kept.get('theme');
theme.value = ['light', 'dark'].includes(chosen) ? chosen : 'system';
const dress = () => (root.dataset.theme = theme.value);
theme.addEventListener('change', () => {
  kept.set('theme', theme.value);
  dress();
});
document.querySelector('.controls').hidden = false;
dress();
speak();

// They appear only where copying is possible: browsers give the clipboard to https and localhost alone.
if (navigator.clipboard) {
  const said = document.querySelector('#said');
  for (const button of document.querySelectorAll('button.copy')) {
    const code = button.closest('figure').querySelector('pre code');
    button.hidden = false;
    button.addEventListener('click', async () => {
      let word = words[language].copied;
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        getSelection().selectAllChildren(code);
        word = words[language].selected;
      }
      button.textContent = word;
      said.textContent = word;
      setTimeout(() => {
        button.replaceChildren(...spoken.find(({ element }) => element === button)[language]);
        said.textContent = '';
      }, 2000);
    });
  }
}
