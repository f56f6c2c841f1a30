package wire

import "unicode/utf8"

// user reads {"account_name":…} or, from older programs, just a name.
func (d *Decoder) user(u *User) *Error {
	if d.json.PeekKind() == '"' {
		name, err := d.string("user", d.max.Name)
		u.Name = name
		return err
	}
	return d.members("user", func(name []byte) (err *Error) {
		switch string(name) {
		case "account_name":
			u.Name, err = d.string("account_name", d.max.Name)
		case "password":
			u.Password, err = d.string("password", 256)
		case "token":
			u.Token, err = d.string("token", 256)
		case "status":
			u.Status, err = d.string("status", d.max.Topic)
		default:
			return d.skip()
		}
		return err
	})
}

// since reads {"#ops":918,"bob":7}.
func (d *Decoder) since(r *Request) *Error {
	r.HasSince = true
	return d.members("since", func(name []byte) *Error {
		if utf8.RuneCount(name) > d.max.Name+1 {
			return Errorf(TooLarge, "`since` names a conversation of more than %d characters", d.max.Name)
		}
		to := string(name)
		seq, err := d.number("since")
		r.Since = append(r.Since, Since{to, seq})
		return err
	})
}

// members reads the object that is the value of a member, one value per call of each.
func (d *Decoder) members(of string, each func(name []byte) *Error) *Error {
	if d.json.PeekKind() != '{' {
		if err := d.skip(); err != nil {
			return err
		}
		return Errorf(BadRequest, "`%s` must be an object", of)
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.bad(err)
	}
	for d.json.PeekKind() != '}' {
		name, err := d.name()
		if err != nil {
			return err
		}
		if err := each(name); err != nil {
			return err
		}
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.bad(err)
	}
	return nil
}
