package applicationtest

import "familypact.example/portal/internal/clients/application"

// Told answers every topic that the client has to be told with the first answer
// it allows.
func Told(a application.Application) map[application.Code]application.Answer {
	given := map[application.Code]application.Answer{}
	for _, topic := range a.Topics() {
		given[topic.Code] = topic.Answers[0]
	}
	return given
}
