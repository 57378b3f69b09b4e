// Copy buttons. They appear only where copying is possible: browsers give the clipboard to https and localhost alone.
if (navigator.clipboard) {
  const said = document.querySelector('#said');
  for (const button of document.querySelectorAll('button.copy')) {
    const code = button.closest('figure').querySelector('code');
    button.hidden = false;
    button.addEventListener('click', async () => {
      let word = 'Copied';
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        getSelection().selectAllChildren(code);
        word = 'Selected';
      }
      button.textContent = word;
      said.textContent = word;
      setTimeout(() => {
        button.textContent = 'Copy';
        said.textContent = '';
      }, 2000);
    });
  }
}
