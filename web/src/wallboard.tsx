import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/board.css';
import './styles/call.css';
import './styles/panels.css';
import './styles/chart.css';
import './styles/states.css';
import './styles/agent.css';
import './styles/overview.css';
import './styles/calls.css';
import './styles/feed.css';
import { Entrance } from './views/entrance.js';
import { Wallboard } from './views/board/wallboard.js';

render(<Entrance title="wallboard">{() => <Wallboard />}</Entrance>, document.querySelector('#page')!);
void enter();
