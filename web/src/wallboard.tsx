import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/board.css';
import './styles/panels.css';
import { Entrance } from './views/entrance.js';
import { Wallboard } from './views/wallboard.js';

render(<Entrance title="wallboard">{() => <Wallboard />}</Entrance>, document.querySelector('#page')!);
void enter();
