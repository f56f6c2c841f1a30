//go:build unix

package web_test

import (
	"fmt"
	"strings"
	"testing"
)

// alone lets the page's idea of the conversations live on a line that the test answers by hand. The names of a test: chat; told, what
// was said that needs no answer; at, the conversation of #tea; and functions.
const alone = `(async () => {
	const { Chat } = await import(document.querySelector('link[href$="chat.js"]').href);
	const waiting = [], told = [], left = [], line = { connected: true, tell: r => told.push(r) };
	line.ask = request => new Promise(answered => waiting.push({ ...request, id: request.id ?? '', answered }));
	const chat = new Chat(line, (what, one) => { if (what === 'left') left.push(one.name); });
	const rest = async () => { for (let i = 0; i < 20; i++) await null; };
	// answer answers the first request of an action, and gives it.
	const answer = async (action, about) => {
		const at = waiting.findIndex(one => one.action === action);
		if (at < 0) throw new Error('nobody asks for ' + action + ', but for ' + waiting.map(one => one.action));
		const [one] = waiting.splice(at, 1);
		one.answered({ response: 200, to: '#tea', ...about });
		await rest();
		return one;
	};
	const asks = action => waiting.some(one => one.action === action);
	const back = async (log, room, more) => {
		const since = chat.since();
		chat.welcome({ response: 200, user: { account_name: 'ann' }, log, ...more });
		if (room !== undefined) await answer('rooms', { rooms: room ? [{ name: '#tea', member: true, ...room }] : [] });
		return since;
	};
	const said = (seq, about) => ({ action: 'msg', to: '#tea', from: 'bob', seq, message: 'm' + seq, ...about });
	const all = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => said(from + i));
	// reads has ann read #tea as far as that.
	const reads = async to => {
		await back('one', { seq: to, read: to });
		chat.load(chat.talk('#tea'));
		await answer('history', { seq: to, events: all(1, to) });
	};
	const faults = [];
	const is = (got, want, what) => { if (JSON.stringify(got) !== JSON.stringify(want)) faults.push(what + ': ' + JSON.stringify(got) + ', not ' + JSON.stringify(want)); };
	const seqs = () => chat.talk('#tea').log?.map(e => e.seq);
	%s
	return faults.join('\n');
})()`

// chatAlone is what must hold of numbers, whatever the server and the connection do.
var chatAlone = []struct{ name, script string }{
	{"unread of the log before", `
		await back('one', { seq: 11, read: 9 });
		await answer('history', { events: all(10, 11) });
		is(chat.talk('#tea').unread.size, 2, 'unread');
		await back('two', { seq: 12, read: 4 });
		is((await answer('history', { events: all(5, 12) })).after, 4, 'counts after');
		is(chat.talk('#tea').unread.size, 8, 'unread of another log')`},
	{"unread of the log before, and the connection was lost again", `
		await back('one', { seq: 11, read: 9 });
		await answer('history', { events: all(10, 11) });
		await back('two');
		await back('two');
		await answer('rooms', {});
		await answer('rooms', { rooms: [{ name: '#tea', member: true, seq: 12, read: 4 }] });
		is((await answer('history', { events: all(5, 12) })).after, 4, 'counts after');
		is(chat.talk('#tea').unread.size, 8, 'unread')`},
	{"counting when the log changes", `
		await back('one', { seq: 11, read: 9 });
		await back('two', { seq: 12, read: 4 });
		await answer('history', { events: all(10, 12) }); // asked again
		is((await answer('history', { events: all(5, 12) })).after, 4, 'counts after');
		is(chat.talk('#tea').unread.size, 8, 'unread')`},
	{"read elsewhere while the connection was lost", `
		await back('one', { seq: 11, read: 9 });
		await answer('history', { events: all(10, 11) });
		await back('one', { seq: 11, read: 11 });
		is(chat.talk('#tea').unread.size, 0, 'unread')`},
	{"read while the connection was lost", `
		await back('one', { seq: 11, read: 9 });
		await answer('history', { events: all(10, 11) });
		chat.load(chat.talk('#tea'));
		await answer('history', { seq: 11, events: all(1, 11) });
		chat.reading(chat.talk('#tea'));
		told.length = 0; // it was lost
		await back('one', { seq: 11, read: 9 });
		is(told, [{ action: 'read', to: '#tea', seq: 11 }], 'told')`},
	{"known to be there, in the log before", `
		await reads(9);
		chat.told({ action: 'behind', to: '#tea', seq: 500 });
		chat.told({ action: 'behind', to: '#tea', seq: 1000 });
		is(await back('two', { seq: 9, read: 9 }), { '#tea': 9 }, 'since');
		await answer('history', { seq: 9, events: [] });
		is(chat.talk('#tea').last, 9, 'last');
		chat.told(said(10));
		chat.told(said(12));
		for (let i = 0; i < 5 && asks('history'); i++) {
			const { after } = waiting.find(one => one.action === 'history');
			await answer('history', { seq: 12, events: after === undefined ? all(1, 12) : all(after + 1, 12) });
		}
		is([asks('history'), seqs().length], [false, 12], 'asks again and again')`},
	{"a room that is not there any more", `
		await reads(9);
		await back('two', null, { since: { '#tea': 0 } });
		is([left, chat.talks.has('#tea')], [['#tea'], false], 'left')`},
	{"left elsewhere while the connection was lost", `
		await reads(9);
		await back('one', { seq: 10, read: 9, member: false });
		is([left, chat.talk('#tea').member, seqs()], [['#tea'], false, undefined], 'left')`},
	{"joined while the rooms were listed", `
		await reads(9);
		const list = back('one');
		await rest();
		chat.told(said(10, { action: 'leave', from: 'ann' }));
		chat.told(said(11, { action: 'join', from: 'ann' }));
		await answer('rooms', { rooms: [{ name: '#tea', member: false, seq: 10 }] });
		is(chat.talk('#tea').member, true, 'member')`},
	{"writing to a room that was left", `
		await reads(9);
		chat.leave(chat.talk('#tea'));
		await answer('leave', { seq: 10 });
		chat.say('#tea', 'x');
		await answer('msg', { response: 201, seq: 11 });
		is(chat.talk('#tea').member, false, 'member')`},
	{"left and renamed in a hole", `
		await reads(9);
		chat.told({ action: 'behind', to: '#tea', seq: 11 });
		await answer('history', { seq: 11, events: [said(10, { action: 'topic', topic: 'hot' }), said(11, { action: 'leave', from: 'ann' })] });
		is([chat.talk('#tea').member, chat.talk('#tea').topic], [false, 'hot'], 'member')`},
	{"left and come back in a hole", `
		await reads(9);
		chat.told({ action: 'behind', to: '#tea', seq: 11 });
		await answer('history', { seq: 11, events: [said(10, { action: 'leave', from: 'ann' }), said(11, { action: 'join', from: 'ann' })] });
		is([chat.talk('#tea').member, seqs().length, left], [true, 11, []], 'member')`},
	{"leaving is told after coming back was answered", `
		await reads(9);
		chat.leave(chat.talk('#tea'));
		await answer('leave', { seq: 10 });
		chat.enter('#tea');
		await answer('join', { seq: 11 });
		chat.told(said(10, { action: 'leave', from: 'ann' }));
		chat.told(said(11, { action: 'join', from: 'ann' }));
		is([chat.talk('#tea').member, left], [true, ['#tea']], 'member')`},
	{"what was said while one was out", `
		await reads(9);
		chat.told(said(10, { action: 'leave', from: 'ann' }));
		chat.told(said(13, { action: 'join', from: 'ann' })); // on another device
		await rest();
		is((await answer('history', { seq: 13, events: [said(10, { action: 'leave', from: 'ann' }), said(11), said(12), said(13, { action: 'join', from: 'ann' })] })).after, 9, 'counts after');
		is([chat.talk('#tea').unread.size, told], [2, [{ action: 'read', to: '#tea', seq: 9 }]], 'unread')`},
	{"a room that was left is not read", `
		await reads(9);
		chat.told(said(11));
		await rest();
		chat.leave(chat.talk('#tea'));
		await answer('leave', { seq: 12 });
		await answer('history', { seq: 12, events: all(10, 12) });
		is(asks('history'), false, 'reads')`},
	{"a hole when the log is read anew", `
		await reads(9);
		chat.told(said(11));
		await rest();
		await back('two', { seq: 900, read: 4 }, { since: { '#tea': 5 } });
		chat.told(said(901));
		for (let i = 0; i < 2; i++) {
			const at = waiting.findIndex(one => one.action === 'history' && one.after === undefined);
			if (at >= 0) { waiting.splice(at, 1)[0].answered({ response: 200, to: '#tea', seq: 900, events: all(851, 900), more: true }); await rest(); }
		}
		for (let i = 0; i < 4 && asks('history'); i++) {
			const { after } = waiting.find(one => one.action === 'history');
			await answer('history', { seq: 901, events: all(after + 1, Math.min(901, after + 200)) });
		}
		is(seqs().at(-1), 901, 'the newest here')`},
	{"acknowledged, not told, and lost with the log", `
		await reads(9);
		chat.say('#tea', 'x');
		const { id } = await answer('msg', { response: 201, seq: 10 });
		is(chat.outbox.length, 1, 'pending');
		await back('two', { seq: 9, read: 9 });
		is((await answer('msg', { response: 201, seq: 10 })).id, id, 'asked again');
		chat.told(said(10, { from: 'ann', id }));
		is([chat.outbox.length, seqs().length], [0, 10], 'pending')`},
	{"acknowledged, and read with the newest page", `
		await reads(9);
		chat.say('#tea', 'x');
		const { id } = await answer('msg', { response: 201, seq: 10 });
		await back('two', { seq: 10, read: 4 }, { since: { '#tea': 5 } });
		for (const at of [...waiting]) if (at.action === 'history' && at.after === undefined) {
			waiting.splice(waiting.indexOf(at), 1);
			at.answered({ response: 200, to: '#tea', seq: 10, events: [...all(1, 9), said(10, { from: 'ann', id })] });
		}
		await rest();
		is(chat.outbox.length, 0, 'pending')`},
	{"unread behind a page that the server cuts short", `
		await back('one', { seq: 30, read: 9 });
		await answer('history', { seq: 30, events: all(10, 12), more: true }); // they are long
		is((await answer('history', { seq: 30, events: [said(13, { action: 'join' }), ...all(14, 30)] })).after, 12, 'counts after');
		is([chat.talk('#tea').unread.size, asks('history')], [20, false], 'unread')`},
	{"more unread than is told", `
		await back('one', { seq: 900, read: 0 });
		await answer('history', { seq: 900, events: all(1, 200), more: true });
		is([chat.talk('#tea').unread.size > 99, asks('history')], [true, false], 'counts on');
		chat.told({ action: 'read', to: '#tea', seq: 200 }); // on another device
		is((await answer('history', { seq: 900, events: all(201, 203), more: true })).after, 200, 'counts after');
		chat.told({ action: 'read', to: '#tea', seq: 900 });
		await answer('history', { seq: 900, events: all(204, 400), more: true });
		is([chat.talk('#tea').unread.size, asks('history')], [0, false], 'unread')`},
	{"said while it is counted", `
		await back('one', { seq: 10, read: 9 });
		chat.told({ action: 'behind', to: '#tea', seq: 12 });
		await answer('history', { seq: 10, events: all(10, 10) }); // read before that
		is((await answer('history', { seq: 12, events: all(11, 12) })).after, 10, 'counts after');
		is([chat.talk('#tea').unread.size, asks('history')], [3, false], 'unread')`},
	{"more members than an answer has", `
		await reads(9);
		const people = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ account_name: 'p' + (from + i), status: 'here' }));
		chat.people(chat.talk('#tea'));
		chat.people(chat.talk('#tea')); // somebody came meanwhile
		await answer('members', { members: people(1, 200), more: true, next: 'p200' });
		is((await answer('members', { members: people(201, 300) })).after, 'p200', 'asks after');
		await answer('members', { members: people(1, 200), more: true, next: 'p200' });
		await answer('members', { members: people(201, 301) });
		is([chat.talk('#tea').members.length, chat.talk('#tea').crowd, asks('members')], [301, false, false], 'members');
		chat.people(chat.talk('#tea'));
		for (let i = 0; asks('members'); i++) await answer('members', { members: people(i * 200, i * 200 + 199), more: true, next: 'p' + i });
		is([chat.talk('#tea').members.length, chat.talk('#tea').crowd], [1000, true], 'members of a crowd')`},
	{"what is said where nobody looks any more", `
		await reads(9);
		chat.talk('#tea').following = false; // scrolled up, and then another one was shown
		for (let seq = 10; seq <= 2000; seq++) chat.told(said(seq));
		is(seqs().length <= 800, true, 'a log that does not grow for ever')`},
	{"more unread than a call takes", `
		const { Log } = await import(document.querySelector('link[href$="log.js"]').href);
		await reads(9);
		const log = new Log(chat), tea = chat.talk('#tea');
		log.onBottom = () => {};
		for (const event of tea.log) event.time = 1;
		for (let seq = 10; seq < 300000; seq++) tea.unread.add(seq);
		log.show(tea);
		is(document.querySelectorAll('#log .said').length, 9, 'drawn')`},
	{"a message that makes too long an object", `
		await back('one', { seq: 9, read: 9 }, { limits: { message: 16384, object: 65536 } });
		chat.say('#tea', '\u001b'.repeat(16000));
		chat.say('#tea', 'x');
		await rest();
		is(chat.outbox.map(one => one.fault?.response), [413, undefined], 'refused');
		is((await answer('msg', { response: 201, seq: 10 })).message, 'x', 'said')`},
	{"many conversations, and the connection was lost", `
		const pages = async () => {
			let n = 0;
			for (; asks('rooms'); n++) {
				const rooms = Array.from({ length: 200 }, (_, i) => ({ name: '#r' + (n * 200 + i), seq: 0, member: n < 7 }));
				await answer('rooms', { rooms, next: 'r' + n });
			}
			return n;
		};
		back('one');
		const first = await pages();
		back('one');
		is([first, await pages()], [8, 8], 'pages that are read, up to the first of the rooms of others')`},
}

// numbersAreBelieved in their own log and their own time only.
func numbersAreBelieved(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.looks(t, desktop, "")
	for _, test := range chatAlone {
		t.Run(strings.ReplaceAll(test.name, " ", "-"), func(t *testing.T) {
			var faults string
			if err := r.page.Eval(fmt.Sprintf(alone, test.script), &faults); err != nil || faults != "" {
				t.Errorf("%s %v", faults, err)
			}
		})
	}
}
