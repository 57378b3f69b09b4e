// What the other pages offer too: language and colours, chosen once for all of them, and copy buttons.
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
  en: { copied: 'Copied', selected: 'Selected', other: 'Tiếng Việt', title: 'Pitel event bridge: interface' },
  vi: {
    copied: 'Đã sao chép',
    selected: 'Đã chọn',
    other: 'English',
    title: 'Tài liệu API · Pitel Event Bridge',
  },
};
let language = kept.get('language') ?? (navigator.language.startsWith('vi') ? 'vi' : 'en');
if (!(language in words)) language = 'en';
const root = document.documentElement;
const theme = document.querySelector('#theme');
const switcher = document.querySelector('#language');
const spoken = [...document.querySelectorAll('[data-vi]')].map((element) => ({
  element,
  en: element.textContent,
  vi: element.dataset.vi,
}));

function speak() {
  root.lang = language;
  document.title = words[language].title;
  switcher.textContent = words[language].other;
  switcher.lang = language === 'vi' ? 'en' : 'vi';
  for (const { element, ...texts } of spoken) element.textContent = texts[language];
}
switcher.addEventListener('click', () => {
  language = language === 'vi' ? 'en' : 'vi';
  kept.set('language', language);
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
    const code = button.closest('figure').querySelector('code');
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
        button.textContent = spoken.find(({ element }) => element === button)[language];
        said.textContent = '';
      }, 2000);
    });
  }
}
