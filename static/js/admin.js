// Django's admin leaves a page no attribute on <html>: the reader's theme comes as a
// class of <body> and is put where theme.js and the tokens look for it.
for (const theme of ["light", "dark"]) {
  if (document.body.classList.contains(`theme-${theme}`)) {
    document.documentElement.dataset.bsTheme = theme;
    document.body.classList.remove(`theme-${theme}`);
  }
}
